// The service worker: where the server cannot be reached, a page says so in place of the browser's own.
//
// It keeps that page and its few files and nothing else. The page's program always comes from the server, so that its
// parts can never be of two versions, and nothing of `/api/` passes through here.

const CACHE = "sockyard-offline-1";
const OFFLINE = "/offline.html";
const KEPT = [OFFLINE, "/offline.css", "/offline.js", "/icon.svg"];

self.addEventListener("install", (event) => {
  // It serves nothing of the page, so it can take the place of an earlier one at once.
  self.skipWaiting();
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name !== CACHE) {
          await caches.delete(name);
        }
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/")) {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(fromServer(request, OFFLINE));
  } else if (KEPT.includes(url.pathname)) {
    event.respondWith(fromServer(request, url.pathname));
  }
});

// All of the files or none of them: those of two versions would not fit each other.
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })));
}

async function fromServer(request, instead) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(instead);
    if (kept) {
      return kept;
    }
    throw error;
  }
}
