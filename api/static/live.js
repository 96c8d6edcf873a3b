"use strict";
// One stream a page: "state" changes numbers in place, "changed" reloads the fragments that name its kind.
(() => {
  const body = document.body, url = body.dataset.live, lost = document.getElementById("lost");
  if (!url) return;
  let source, since = null, wait = 1000, ever = false;
  const clock = () => new Date().toTimeString().slice(0, 5);
  const say = text => { if (lost) { lost.textContent = text; lost.hidden = !text; } };
  const reload = kind => document.querySelectorAll("[data-refresh]").forEach(box => {
    if (!box.dataset.refresh.split(" ").includes(kind)) return;
    if (box.contains(document.activeElement) && document.activeElement.matches("input,textarea,select")) return;
    clearTimeout(box._later);
    box._later = setTimeout(() => htmx.ajax("GET", box.dataset.src, { target: box, swap: "innerHTML" }), 300);
  });
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => { since = null; ever = true; wait = 1000; say(""); };
    source.addEventListener("state", event => {
      for (const [id, text] of Object.entries(JSON.parse(event.data))) {
        const found = document.getElementById(id);
        if (found && found.textContent !== text) found.textContent = text;
      }
    });
    source.addEventListener("changed", event => JSON.parse(event.data).forEach(reload));
    source.addEventListener("reset", () => location.reload());
    source.addEventListener("bye", () => { source.close(); retry(); });
    source.onerror = () => {
      if (!since) { since = ever ? clock() : body.dataset.at || clock(); say(body.dataset.lost.replace("{time}", since)); }
      if (source.readyState === EventSource.CLOSED) retry();
    };
  };
  // The browser gives up after an answer that is no stream; then we ask why, and try again ourselves.
  const retry = async () => {
    try {
      const answer = await fetch("/x/alive", { headers: { "HX-Request": "true" } });
      if (answer.status === 401) { say(body.dataset.ended); return; }
    } catch { /* still away */ }
    setTimeout(open, wait);
    wait = Math.min(wait * 2, 30000);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source.close(); } else if (source.readyState === EventSource.CLOSED) { open(); }
  });
  addEventListener("pagehide", () => source.close());
  open();
})();
