// Keeps pages for when there is no network. The worker of the door and that of tickets are both made of this file.
"use strict";

const KEPT = `kept ${self.registration.scope}`;
const PATIENCE = 4000; // a network that does not answer for so long is none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { keep, forget } = event.data || {};
  const answer = event.ports[0] || { postMessage() {} };
  if (keep) event.waitUntil(keepAll(keep).then((kept) => answer.postMessage({ kept })));
  if (forget) event.waitUntil(caches.delete(KEPT).then(() => answer.postMessage({ kept: 0 })));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(event.request));
});

async function keepAll(urls) {
  const cache = await caches.open(KEPT);
  const kept = await Promise.allSettled(
    urls.map(async (url) => {
      const known = url.startsWith("/static/") && (await cache.match(url, { ignoreVary: true }));
      if (known) return;
      const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      await cache.put(url, answer);
    }),
  );
  return kept.filter((one) => one.status === "fulfilled").length;
}

// From the network while there is one, so that nothing old is shown; else as it was kept.
async function page(request, url) {
  try {
    const answer = await within(PATIENCE, fetch(request));
    // Sent elsewhere: signed out, so nothing of the person stays here.
    if (answer.type === "opaqueredirect" || answer.redirected) await caches.delete(KEPT);
    if (answer.status < 500) return answer;
    return (await kept(url)) || answer;
  } catch {
    return (await kept(url)) || Response.error();
  }
}

async function asset(request) {
  const known = await caches.match(request, { ignoreVary: true });
  return known || fetch(request);
}

async function kept(url) {
  const cache = await caches.open(KEPT);
  return cache.match(url.pathname, { ignoreVary: true });
}

function within(milliseconds, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), milliseconds));
  return Promise.race([promise, late]);
}
