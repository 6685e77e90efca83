"use strict";
// Keeps the evacuation list for a phone without a network: the page, what it is made of, and the last list.
// From the network first, but not for long; whoever is logged out finds nothing here any more.

const STORE = "anlin-evacuation";
const PAGE = "/evacuation/";
const LIST = "/evacuation/list.json";
const PATIENCE_MS = 1200;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === PAGE || pathname === LIST) event.respondWith(fresh(event.request, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(event.request));
});

async function fresh(request, pathname) {
  const store = await caches.open(STORE);
  const asked = fetch(request).then((answer) => keep(store, pathname, answer));
  const kept = await store.match(pathname);
  if (!kept) return asked;
  const waited = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([asked.catch(() => kept), waited]);
}

async function keep(store, pathname, answer) {
  const loggedOut = answer.redirected || answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
  if (loggedOut) await caches.delete(STORE);
  else if (answer.ok) await store.put(pathname, answer.clone());
  return answer;
}

async function asset(request) {
  const store = await caches.open(STORE);
  const kept = await store.match(request);
  if (kept) return kept; // an asset's address changes with its bytes
  const answer = await fetch(request);
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
}
