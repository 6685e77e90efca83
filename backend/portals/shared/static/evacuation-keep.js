"use strict";
// On every page of the guard: the evacuation list lies ready on the phone before anybody needs it.

const EVACUATION = { store: "anlin-evacuation", page: "/evacuation/", list: "/evacuation/list.json", everyMs: 120_000 };

async function keepEvacuationList() {
  try {
    const store = await caches.open(EVACUATION.store);
    for (const address of [EVACUATION.page, EVACUATION.list]) {
      const answer = await fetch(address, { redirect: "error" });
      if (!answer.ok) return;
      if (address === EVACUATION.page) await keepParts(store, await answer.clone().text());
      await store.put(address, answer);
    }
  } catch {
    // Without a network what was kept last stays.
  }
}

async function keepParts(store, html) {
  const parts = new DOMParser().parseFromString(html, "text/html").querySelectorAll("script[src], link[rel=stylesheet]");
  for (const part of parts) {
    const address = part.getAttribute("src") ?? part.getAttribute("href");
    if (!(await store.match(address))) await store.add(address);
  }
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/evacuation/worker.js", { scope: EVACUATION.page }).catch(() => {});
  keepEvacuationList();
  setInterval(keepEvacuationList, EVACUATION.everyMs);
}
