// Keeps the page's own files, so that it opens while the portal is away. Calls of the API are never kept.

const KEPT = 'lately-page-1';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const page = url.pathname === '/' || url.pathname === '/online/' || url.pathname === '/online';
  const own = url.origin === location.origin && (page || url.pathname.startsWith('/assets/') || url.pathname === '/icon.svg');
  if (event.request.method !== 'GET' || !own) return;
  event.respondWith(page ? fresh(event.request) : kept(event.request));
});

/** From the portal, and as it was last while that is away. */
async function fresh(request) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('/', response.clone());
    return response;
  } catch (error) {
    const known = await cache.match('/');
    if (known) return known;
    throw error;
  }
}

/** Files with a hash in their name never change. */
async function kept(request) {
  const cache = await caches.open(KEPT);
  const known = await cache.match(request);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
