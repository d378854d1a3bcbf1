/** Providers' forms in a frame: what they need is sent there at once, and what comes back inside of it leads outside. */
export function providers(): void {
  document.querySelector<HTMLFormElement>("form[data-at-once]")?.submit();
  const leave = document.querySelector<HTMLAnchorElement>("a[data-leave]");
  if (leave && window.top !== window) window.top?.location.replace(leave.href);
}
