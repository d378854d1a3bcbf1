/** Shows what the server tells this browser while no page of the site is open. It keeps nothing and answers no requests. */

self.addEventListener("push", (event) => {
  const slip = read(event.data);
  if (!slip) return;
  const { title, body, icon, id, link } = slip;
  event.waitUntil(self.registration.showNotification(title, { body, icon, tag: id, data: { link } }));
});

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
