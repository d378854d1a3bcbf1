/** Times are written by the server in the account's zone. When this device is elsewhere, its own time is added. */
export function localTimes(root: ParentNode): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const locale = document.documentElement.lang || undefined;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-zone]")) {
    const at = new Date(time.dateTime);
    if (!here || time.dataset["zone"] === here || Number.isNaN(at.getTime())) continue;
    const city = here.split("/").at(-1)?.replaceAll("_", " ") ?? here;
    time.title = `${format.format(at)}, ${city}`;
  }
}
