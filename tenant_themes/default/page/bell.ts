/** The bell of every page: counts what wasn't seen, and opens the last of it. */
export function ring(unread: number): void {
  for (const bell of document.querySelectorAll<HTMLElement>("[data-bell-count]")) bell.hidden = unread === 0;
  for (const number of document.querySelectorAll("[data-bell-number]")) number.textContent = String(unread);
  // What is open is read anew.
  if (document.querySelector("[data-bell][open]")) document.body.dispatchEvent(new Event("bell"));
}
