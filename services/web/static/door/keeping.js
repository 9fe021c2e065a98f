// Asks the worker of these pages to keep this one, with all that it is made of.

export async function keepThisPage(worker, scope, more = []) {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register(worker, { scope });
  const ready = await navigator.serviceWorker.ready;
  const parts = performance
    .getEntriesByType("resource")
    .map((entry) => new URL(entry.name))
    .filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"))
    .map((url) => url.pathname);
  const named = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((link) => link.getAttribute("href"));
  const kept = await ask(ready.active, { keep: [location.pathname, ...new Set([...parts, ...named, ...more])] });
  document.documentElement.dataset.kept = "yes";
  return kept;
}

export async function forgetPages(scope) {
  if ("caches" in window) await caches.delete(`kept ${location.origin}${scope}`);
}

function ask(worker, message) {
  return new Promise((resolve) => {
    const line = new MessageChannel();
    line.port1.onmessage = (event) => resolve(event.data);
    worker.postMessage(message, [line.port2]);
  });
}
