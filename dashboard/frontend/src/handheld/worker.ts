// The handheld's service worker: the page and its floor plans stay usable without a connection.
// The server puts the version and the list of files in place of the two words in braces.

const VERSION = "nearhand {{app}}";
const PRECACHE = "{{precache}}" as unknown as string[];

const scope = self as unknown as ServiceWorkerGlobalScope;

scope.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(PRECACHE)).then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  );
});

/** Files named by their hash and plans named by their revision never change; the rest is asked for first. */
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  if (pathname.startsWith("/app/")) event.respondWith(cacheFirst(request));
  else if (pathname.startsWith("/floors/")) event.respondWith(cacheFirst(request, true));
  else if (pathname === "/staff") event.respondWith(networkFirst(request));
});

/** `newest`: other revisions of it, which differ in the question only, go. */
async function cacheFirst(request: Request, newest = false): Promise<Response> {
  return (await caches.match(request)) ?? store(request, await fetch(request), newest);
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    return await store(request, await fetch(request));
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function store(request: Request, answer: Response, newest = false): Promise<Response> {
  if (answer.ok) {
    const cache = await caches.open(VERSION);
    if (newest) await cache.delete(request, { ignoreSearch: true });
    await cache.put(request, answer.clone());
  }
  return answer;
}

export {};
