"use strict";
// What a person did without a network: kept in IndexedDB, sent in order, each once, when there is one again.
// The page and the service worker both load this; neither keeps anything of the queue elsewhere.
const Outbox = (() => {
  const MOST = 50, MOST_BYTES = 60e6;           // a day without a network, with a few photos of 15 MB
  const ASK_MS = 6000, ACT_MS = 20000, PHOTO_MS = 180000;      // a photo may crawl; no network must be known soon
  const STORES = ["acts", "photos", "about"];
  let opened = null;

  const open = () => opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open("plantroom", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("acts", { keyPath: "id", autoIncrement: true });
      asked.result.createObjectStore("photos");
      asked.result.createObjectStore("about");
    };
    asked.onsuccess = () => { asked.result.onclose = () => { opened = null; }; done(asked.result); };
    asked.onerror = asked.onblocked = () => { opened = null; failed(asked.error); };
  });
  // Runs `work` in one transaction and gives what the last request it returns has found.
  const within = async (mode, work) => {
    const base = await open();
    return new Promise((done, failed) => {
      const change = base.transaction(STORES, mode);
      const stores = Object.fromEntries(STORES.map(name => [name, change.objectStore(name)]));
      let found, refused = null;
      const refuse = why => { refused = why; change.abort(); };
      const asked = work(stores, refuse);
      if (asked) asked.onsuccess = () => { found = asked.result; };
      change.oncomplete = () => done(found);
      change.onabort = change.onerror = () => failed(refused || change.error);
    });
  };

  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("outbox");
  const listeners = [];
  const changed = () => { listeners.forEach(f => f()); channel?.postMessage("changed"); };
  if (channel) channel.onmessage = () => listeners.forEach(f => f());

  // Photos and answers of a checklist leave an order's version as it was.
  const leans = act => act.do !== "photo" && act.do !== "step";
  const acts = () => within("readonly", s => s.acts.getAll());
  const get = id => within("readonly", s => s.acts.get(id));
  const about = name => within("readonly", s => s.about.get(name));
  const note = (name, value) => within("readwrite", s => s.about.put(value, name));

  // A command, with the bytes of its photo. Too many, or too large together: an error named "full".
  const add = async (act, bytes) => {
    const id = await within("readwrite", (s, refuse) => {
      const seen = s.acts.getAll();
      seen.onsuccess = () => {
        const sum = seen.result.reduce((all, one) => all + one.size, bytes ? bytes.byteLength : 0);
        if (seen.result.length >= MOST || sum > MOST_BYTES) return refuse(Object.assign(new Error("full"), { name: "full" }));
        // What comes after another command to the same order leans on the version which that one leaves.
        const before = seen.result.filter(one => one.order === act.order && leans(one) && leans(act)).pop();
        const put = s.acts.add({ ...act, state: "waiting", tries: 0, size: bytes ? bytes.byteLength : 0, after: before ? before.id : 0 });
        put.onsuccess = () => { if (bytes) s.photos.put(bytes, put.result); s.about.put(put.result, "last"); };
      };
    }).then(() => about("last"));
    changed();
    return id;
  };

  const change = (id, more) => within("readwrite", s => {
    const seen = s.acts.get(id);
    seen.onsuccess = () => { if (seen.result) s.acts.put({ ...seen.result, ...more }); };
  });
  // Gone from the queue; what leaned on it leans on the version it left, or on what the page showed.
  const leave = (id, version) => within("readwrite", s => {
    s.acts.delete(id);
    s.photos.delete(id);
    const seen = s.acts.getAll();
    seen.onsuccess = () => seen.result.filter(one => one.after === id).forEach(one =>
      s.acts.put({ ...one, after: 0, version: version ?? one.version }));
  });
  const dismiss = async id => { await leave(id); changed(); };
  const again = async (id, version) => { await change(id, { state: "waiting", version, after: 0, why: "" }); changed(); };

  const wipe = async () => {
    await within("readwrite", s => { STORES.forEach(name => s[name].clear()); });
    if (typeof caches !== "undefined") for (const name of await caches.keys()) if (name === "kept") await caches.delete(name);
    changed();
  };
  // Whose browser this is now; what was another person's is gone before anything of this one is kept.
  const belongs = async (person, keeps) => {
    const before = await about("person");
    if (before && before !== person) await wipe();
    if (keeps) await note("person", person);
    return !before || before === person;
  };

  const ask = async (path, options = {}, ms = ACT_MS) => {
    const ends = new AbortController(), timer = setTimeout(() => ends.abort(), ms);
    try {
      return await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "manual", headers: { "HX-Request": "true" }, signal: ends.signal, ...options });
    } finally { clearTimeout(timer); }
  };
  const form = async (act, csrf) => {
    const said = new FormData();
    Object.entries(act.fields).forEach(([name, value]) => said.append(name, value));
    said.append("csrf", csrf);
    if (act.do === "photo") {
      said.append("photo", new Blob([await within("readonly", s => s.photos.get(act.id))], { type: act.media }), "photo");
    } else {
      if (leans(act)) Object.entries({ do: act.do, version: act.version }).forEach(([name, value]) => said.append(name, value));
      Object.entries({ key: act.key, pressed: act.pressed, sent: Date.now() }).forEach(([name, value]) => said.append(name, value));
    }
    return said;
  };
  const post = async (act, csrf) => {
    const photo = act.do === "photo";
    const answer = await ask(`/x/crew/${act.order}/${photo ? "photos" : act.do === "step" ? "step" : "act"}`, { method: "POST", body: await form(act, csrf) }, photo ? PHOTO_MS : ACT_MS);
    // A problem is of the request itself, such as its size or its token; what is said of the order is plain JSON.
    const json = /^application\/(problem\+)?json\b/.exec(answer.headers.get("Content-Type") || "");
    return { status: answer.status, problem: Boolean(json && json[1]), said: json ? await answer.json() : null };
  };
  // Who is logged in here now, and a token of theirs: those of kept pages are of an older log-in.
  const token = async () => {
    const answer = await ask("/x/crew", {}, ASK_MS);
    if (answer.status === 401) return { trouble: "login" };
    if (!answer.ok) return { trouble: "server" };
    const said = await answer.json();
    return said.person === await about("person") ? { csrf: said.csrf } : { trouble: "login" };
  };

  // One act; "" where the next may follow, else why everything waits.
  const sendOne = async (act, csrf) => {
    await change(act.id, { state: "sending", tries: act.tries + 1 });
    changed();
    let { status, said, problem } = await post(act, csrf);
    if (status === 403 && (problem || !said)) {                // the token ended between asking and sending
      const fresh = await token();
      if (fresh.trouble) { await change(act.id, { state: "waiting" }); return fresh.trouble; }
      ({ status, said } = await post(act, fresh.csrf));
    }
    if (status >= 200 && status < 300 && said) { await leave(act.id, said.version); return ""; }
    if (status === 0 || status === 401 || status === 429 || status >= 500) {
      await change(act.id, { state: "waiting" });
      return status === 0 || status === 401 ? "login" : "server";
    }
    await change(act.id, { state: "refused", why: said ? said.detail : String(status), now: said ? said.version || 0 : 0 });
    return "";
  };
  const flush = async () => {
    let trouble = "";
    try {
      const held = new Set(), unsent = new Set();   // orders: of refused commands, of refused photos
      let csrf = "";
      for (const { id } of await acts()) {
        const act = await get(id);                // its version may have changed with the one before
        if (!act) continue;
        if (act.state === "refused") { (act.do === "photo" ? unsent : held).add(act.order); continue; }
        if (act.do !== "photo" && held.has(act.order)) continue;
        if (act.do === "step" && act.fields.photo === "newest" && unsent.has(act.order)) { held.add(act.order); continue; }
        if (!csrf) { const asked = await token(); if (asked.trouble) { trouble = asked.trouble; break; } csrf = asked.csrf; }
        trouble = await sendOne(act, csrf);
        if (trouble) break;
        if (await get(id)) (act.do === "photo" ? unsent : held).add(act.order);
      }
    } catch {
      trouble = "network";
    }
    // What was cut off has perhaps arrived: it waits, and its key keeps it from being done twice.
    await within("readwrite", s => {
      const seen = s.acts.getAll();
      seen.onsuccess = () => seen.result.filter(one => one.state === "sending").forEach(one => s.acts.put({ ...one, state: "waiting" }));
      s.about.put(trouble, "trouble");
    });
    changed();
    return trouble;
  };
  const locks = typeof navigator !== "undefined" && navigator.locks;
  let last = Promise.resolve();
  // Page and worker never send at the same time; where there are no locks a page waits for itself, and the keys have to do.
  const send = () => locks ? locks.request("outbox", flush) : last = last.then(flush, flush);

  return { acts, get, about, note, add, again, dismiss, wipe, belongs, ask, send, onchange: f => listeners.push(f), MOST, MOST_BYTES };
})();
