// Keeps the crew's own list and orders for places without a network. VERSION and SHELL stand before this.
importScripts("/s/queue.js");
const SHELL_NAME = `shell-${VERSION}`, KEPT = "kept", LIST = "/orders?view=mine", FALLBACK = "/offline";
const PATIENCE_MS = 3000;             // then what is kept is better than a wheel that turns
const FRESH_MS = 10 * 60000;          // pages are fetched again after this, not with every click
const AWAY = [502, 503, 504];         // a proxy that answers for a console that does not

addEventListener("install", event => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL_NAME).then(cache => cache.addAll(SHELL.map(path => new Request(path, { cache: "reload" })))));
});
addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL_NAME) await caches.delete(name);
  await clients.claim();
})()));
addEventListener("message", event => { if (event.data === "keep") event.waitUntil(keep().catch(() => {})); });
addEventListener("sync", event => { if (event.tag === "outbox") event.waitUntil(Outbox.send()); });

addEventListener("fetch", event => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const path = url.pathname + url.search;
  if (url.pathname.startsWith("/s/")) event.respondWith(networkFirst(request, () => shell(url.pathname)));
  else if (url.pathname === "/api/v1/series") event.respondWith(networkFirst(request, () => kept(path), answer => drawn(request, path, answer)));
  else if (request.mode === "navigate") event.respondWith(networkFirst(request, () => page(url), answer => visited(path, answer)));
});

const shell = async path => (await caches.open(SHELL_NAME)).match(path);
const kept = async path => await Outbox.about("person") ? (await caches.open(KEPT)).match(path) : undefined;
const page = async url => await kept(url.pathname + url.search) || (url.pathname === "/orders" && await kept(LIST)) || shell(FALLBACK);

// The network where it answers in time; what is kept where it does not, and the network's answer however late where nothing is.
const networkFirst = async (request, fallback, seen = async () => {}) => {
  const asked = fetch(request);
  asked.catch(() => {});              // it may fail long after what is kept was shown
  const late = new Promise(done => setTimeout(done, PATIENCE_MS));
  try {
    const answer = await Promise.race([asked, late]) || await fallback() || await asked;
    if (AWAY.includes(answer.status)) return await fallback() || answer;
    await seen(answer).catch(() => {});
    return answer;
  } catch (error) {
    const found = await fallback();
    if (found) return found;
    throw error;
  }
};

// Whether an answer is of the person whose browser this is; another person's ends all that is kept.
const theirs = async answer => {
  const whose = answer.headers.get("X-Person"), person = await Outbox.about("person");
  if (whose && person && whose !== person) await Outbox.wipe();
  return Boolean(answer.ok && !answer.redirected && whose && whose === person);
};
const own = async path => path === LIST || (await Outbox.about("pages") || []).includes(path);
const visited = async (path, answer) => {
  if (await theirs(answer) && await own(path)) await (await caches.open(KEPT)).put(path, answer.clone());
};
const drawn = async (request, path, answer) => {
  const from = request.referrer ? new URL(request.referrer).pathname : "";
  if (from.startsWith("/orders/") && await own(from) && await theirs(answer)) await (await caches.open(KEPT)).put(path, answer.clone());
};

const keepOne = async (cache, path) => {
  const answer = await Outbox.ask(path, { headers: {} });
  if (!await theirs(answer)) return;
  const picture = answer.headers.get("X-Keep");
  const series = picture ? await Outbox.ask(picture, { headers: {} }).catch(() => null) : null;
  if (series && await theirs(series)) await cache.put(picture, series);
  await cache.put(path, answer);
};
// The list and every order of it, each with what its picture is drawn from; what is no longer theirs goes.
const keep = async () => {
  const answer = await Outbox.ask("/x/crew");
  if (!await theirs(answer)) return;
  const { pages } = await answer.json(), fresh = Date.now() - (await Outbox.about("kept") || 0) < FRESH_MS;
  await Outbox.note("pages", pages);
  const cache = await caches.open(KEPT), wanted = new Set(pages);
  for (const path of pages) {
    const there = await cache.match(path);
    if (!there || !fresh) await keepOne(cache, path);
    const picture = (await cache.match(path))?.headers.get("X-Keep");
    if (picture) wanted.add(picture);
  }
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if (!wanted.has(url.pathname + url.search)) await cache.delete(request);
  }
  if (!fresh) await Outbox.note("kept", Date.now());
};
