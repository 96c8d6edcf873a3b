"use strict";
// The page's side of the queue: commands of a crew go through it, and what waits is shown plainly.
(async () => {
  const body = document.body, box = document.getElementById("outbox");
  if (!box || typeof indexedDB === "undefined") return;      // the forms then work as they are
  const words = JSON.parse(box.dataset.words), person = body.dataset.person, keeps = "keeps" in body.dataset;
  const RETRY_MS = [5000, 15000, 60000], SLOW_MS = 1000, MOST_PHOTO_BYTES = 15e6;
  const workers = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  const busy = new Set();                                    // forms that are being kept and sent
  let leaving = false, pressed = 0, tries = 0, timer = 0, shown = 0;

  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const fill = (text, values) => Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, () => value), text);
  const button = (text, pressed) => { const made = make("button", text, { type: "button", className: "btn" }); made.addEventListener("click", pressed); return made; };
  const clock = at => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", month: "2-digit", day: "2-digit", hourCycle: "h23" }).format(at);
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map(n => n.toString(16).padStart(2, "0")).join("");

  const line = (act, acts) => {
    const row = make("li", ""), held = act.state === "waiting" && act.do !== "photo" && acts.some(one => one.id < act.id && one.order === act.order && one.do !== "photo" && one.state === "refused");
    const state = held ? words.state_held : fill(words[`state_${act.state}`], { why: act.why || "" });
    row.append(make("b", act.label), ` ${act.order} `, make("small", `${clock(act.pressed)} · ${state}`, { className: act.state === "refused" ? "p1" : "" }));
    if (act.note) row.append(make("small", act.note));
    if (act.state === "refused") {
      const acts = make("span", "", { className: "choices" });
      if (act.now) acts.append(button(words.again, () => Outbox.again(act.id, act.now).then(send)));
      acts.append(button(words.dismiss, () => Outbox.dismiss(act.id).then(send)));
      row.append(acts);
    }
    return row;
  };
  const head = (waiting, refused, trouble) => {
    const said = [];
    if (waiting) said.push(fill(words.waiting, { n: waiting }));
    if (refused) said.push(fill(words.refused, { n: refused }));
    const row = make("p", "");
    row.append(make("b", said.join(" · ")), " ");
    if (!person && waiting) row.append(words.other);
    else if (waiting && words[trouble]) row.append(words[trouble]);
    if (person && trouble === "login") row.append(" ", make("a", words.enter, { href: "/login", className: "link" }));
    return row;
  };
  const draw = async () => {
    const acts = await Outbox.acts(), trouble = await Outbox.about("trouble");
    // What is sent at once shows nothing in between: the next page is what it leads to.
    if (leaving || (pressed && Date.now() - pressed < SLOW_MS)) return;
    const refused = acts.filter(one => one.state === "refused").length, waiting = acts.length - refused;
    box.hidden = !acts.length;
    box.replaceChildren();
    if (acts.length) {
      const list = make("ul", "", { className: "log" });
      list.append(...acts.map(act => line(act, acts)));
      box.append(head(waiting, refused, trouble));
      if (person) box.append(list);
      if (person && waiting && trouble !== "login") box.append(button(words.send, send));
    } else if (shown && person && keeps && !busy.size) {
      await arrived();
    }
    shown = acts.length;
    if (!pressed) project(acts);
  };
  // All has arrived while the page stood open: it is loaded anew, but never over what somebody types.
  const typing = form => {
    const open = [...document.querySelectorAll(".acts details[open]")], chosen = [...document.querySelectorAll("#main input[type=file]")].filter(one => one.files.length);
    return [document.activeElement.closest("input, textarea, select"), ...open, ...chosen].some(one => one && !form?.contains(one) && !one.contains(form));
  };
  const arrived = async form => {
    if (typing(form)) {
      const again = make("a", words.reload, { href: location.pathname, className: "link" });
      box.hidden = false;
      box.append(make("p", `${words.sent} `));
      box.lastChild.append(again);
    } else if (location.pathname.startsWith("/orders")) {
      location.replace(orderPath() || location.href);
    }
  };
  const orderPath = () => { const acts = document.querySelector(".acts[data-order]"); return acts && acts.dataset.order ? `/orders/${acts.dataset.order}` : ""; };

  // Steps that are answered here and not yet there say so beside what they ask.
  const tick = acts => {
    document.querySelectorAll("#checklist .waits").forEach(line => line.remove());
    const order = document.querySelector(".acts[data-order]")?.dataset.order;
    acts.filter(one => one.do === "step" && one.order === order && one.state !== "refused").forEach(one => {
      const line = make("div", `✓ ${[one.fields.number, one.fields.note].filter(Boolean).join(" · ")} `, { className: "answer waits" });
      line.append(make("small", words.state_waiting));
      document.getElementById(`step-${one.fields.step}`)?.querySelector("b").after(line);
    });
  };
  // Buttons as they will be once what waits has arrived: without a network nobody else says what comes next.
  const project = acts => {
    tick(acts);
    const section = document.querySelector(".acts[data-order]"), ahead = document.getElementById("ahead");
    if (!section || !keeps) return;
    const mine = acts.filter(one => one.order === section.dataset.order && one.do !== "photo" && one.do !== "step" && one.state !== "refused");
    if (!mine.length) return;
    if (ahead) { section.append(ahead.content); ahead.remove(); }
    const state = mine.reduce((before, one) => one.to || before, section.dataset.state);
    const pressed = new Set(mine.filter(one => !one.to).map(one => one.do));
    const items = [...section.children].sort((a, b) => a.dataset.rank - b.dataset.rank);
    section.append(...items);
    let first = true;
    document.querySelectorAll("#checklist [data-ahead]").forEach(form => { form.hidden = state !== "in_progress" && state !== "on_hold"; });
    items.forEach(item => {
      const there = item.dataset.sources.split(" ").includes(state) && !pressed.has(item.dataset.act);
      const main = there && first, form = item.matches("form") ? item : item.querySelector("form");
      item.hidden = !there || !("waits" in form.dataset);
      item.classList.toggle("main-act", main && !item.hidden);
      if (item.matches("details")) { item.classList.toggle("primary-details", main && !item.hidden); if (item.hidden) item.open = false; }
      else item.querySelector("button").classList.toggle("primary", main && !item.hidden);
      if (!item.hidden) first = false;
    });
  };

  const later = () => { clearTimeout(timer); timer = setTimeout(send, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]); };
  const send = async () => {
    clearTimeout(timer);
    if (!person || !keeps) return "";
    if (!(await Outbox.acts()).some(one => one.state !== "refused")) return "";
    const trouble = await Outbox.send();
    if (trouble && trouble !== "login") later(); else tries = 0;
    return trouble;
  };

  const said = form => {
    const fields = {};
    new FormData(form).forEach((value, name) => { if (typeof value === "string" && !["csrf", "do", "version", "key"].includes(name)) fields[name] = value; });
    return fields;
  };
  const straight = form => { form.dataset.straight = "1"; HTMLFormElement.prototype.submit.call(form); };
  const warn = (form, text) => {
    form.querySelector(".alert")?.remove();
    form.prepend(make("p", text, { className: "alert" }));
    form.querySelector(".alert").setAttribute("role", "alert");
  };
  const keep = async form => {
    const photo = form.dataset.waits === "photo", file = photo ? form.elements.photo.files[0] : null;
    if (file && file.size > MOST_PHOTO_BYTES) { warn(form, words.large); return 0; }
    const fields = said(form), act = {
      key: key(), order: form.dataset.order || form.closest(".acts").dataset.order, do: form.dataset.waits, fields, pressed: Date.now(),
      label: photo ? words.photo : form.dataset.label, to: form.dataset.to || "", note: fields.note || "", media: file ? file.type : "",
      version: form.elements.version ? Number(form.elements.version.value) : 0,
    };
    try {
      return await Outbox.add(act, file ? await file.arrayBuffer() : null);
    } catch (error) {
      if (error.name !== "full" && error.name !== "QuotaExceededError") throw error;
      warn(form, fill(words.full, { n: Outbox.MOST, mb: Outbox.MOST_BYTES / 1e6 }));
      return 0;
    }
  };
  const press = async form => {
    let id;
    pressed = Date.now();
    setTimeout(draw, SLOW_MS);
    try { id = await keep(form); } catch { straight(form); return; }      // nothing can be kept here: as without a script
    if (!id) return;
    const path = orderPath() || location.pathname, alone = (await Outbox.acts()).length === 1;
    await send();
    const act = await Outbox.get(id);
    if (!act && busy.size > 1) return;                                     // the last that is pressed leads on
    if (!act && !typing(form)) { leaving = true; if (form.dataset.waits === "step") location.reload(); else location.assign(path); return; }
    if (act?.state === "refused" && alone && busy.size === 1 && act.do !== "photo") {          // with a network the page itself says why, and keeps what was typed
      leaving = true;
      await Outbox.dismiss(id);
      form.elements.key.value = act.key;
      straight(form);
      return;
    }
    pressed = 0;
    form.closest("details")?.removeAttribute("open");
    if (form.dataset.waits === "photo") form.reset();
    if (!act) { await draw(); await arrived(form); return; }
    workers?.ready.then(there => there.sync?.register("outbox")).catch(() => {});
    await draw();
  };
  const leave = async form => {
    await send();
    const waiting = (await Outbox.acts()).length, switches = form.dataset.leave === "switch";
    if (waiting && !confirm(fill(switches ? words.lose_switch : words.lose, { n: waiting }))) return;
    leaving = true;
    // A wrong PIN erases nothing: what was another person's goes once the new one is there (`belongs`).
    if (switches) { straight(form); return; }
    await Outbox.wipe();
    try {
      await Outbox.ask("/x/alive");
      straight(form);
    } catch {                                     // nothing of theirs stays on the screen either
      document.querySelector("header.top").remove();
      box.hidden = true;
      document.getElementById("main").replaceChildren(make("p", words.left, { className: "note" }));
    }
  };
  document.addEventListener("submit", event => {
    const form = event.target;
    if ("straight" in form.dataset || !("waits" in form.dataset || "leave" in form.dataset)) return;
    event.preventDefault();
    if (leaving || busy.has(form)) return;
    busy.add(form);
    form.setAttribute("aria-busy", "true");
    ("leave" in form.dataset ? leave(form).catch(() => straight(form)) : press(form)).finally(() => { busy.delete(form); if (!busy.size) pressed = 0; form.removeAttribute("aria-busy"); });
  });

  try {
    if (person) await Outbox.belongs(person, keeps);
    Outbox.onchange(() => draw());
    await draw();
  } catch { return; }
  if (!keeps) return;
  if (workers) {
    await workers.register("/sw.js", { scope: "/orders", updateViaCache: "none" }).catch(() => {});
    workers.ready.then(there => there.active.postMessage("keep"));
  }
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  await send();
})();
