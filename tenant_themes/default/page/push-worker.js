/** Shows what the server tells this browser while no page of the site is open. It keeps nothing and answers no requests. */

self.addEventListener("push", (event) => {
  const slip = read(event.data);
  if (!slip) return;
  event.waitUntil(show(slip));
});

/** What is new rings, also in the place of what was said of the same before. What comes twice, or late, leaves what is
 * shown as it is, without a sound: browsers want every message to show something. */
async function show({ title, body, icon, id, at, link }) {
  const shown = await self.registration.getNotifications({ tag: id });
  const newer = shown.find((other) => other.data?.at >= at);
  const next = newer ?? { title, body, icon, data: { link, at } };
  await self.registration.showNotification(next.title, { body: next.body, icon: next.icon, tag: id, renotify: !newer, data: next.data });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.link ?? "/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(go(url.href));
});

function read(data) {
  try {
    return data?.json();
  } catch {
    return null;
  }
}

/** To a page that shows it already, else to a new one: a page that is in use isn't led away from what is done on it. */
async function go(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const there = pages.find((page) => page.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}
