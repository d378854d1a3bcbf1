/**
 * Times are written by the server in the account's zone. When this device is elsewhere, its own time is added: beside
 * the city where one is named ("Tue 13:00, New York · 19:00 in Berlin"), else as a title.
 */
export function localTimes(root: ParentNode): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!here) return;
  const city = here.split("/").at(-1)?.replaceAll("_", " ") ?? here;
  const locale = document.documentElement.lang || undefined;
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-zone]")) {
    const at = new Date(time.dateTime);
    if (time.dataset["zone"] === here || Number.isNaN(at.getTime())) continue;
    delete time.dataset["zone"];
    const pattern = document.documentElement.dataset["timeHere"];
    if ("city" in time.dataset && pattern)
      time.append(` · ${pattern.replace("{clock}", clock.format(at)).replace("{city}", city)}`);
    else time.title = `${full.format(at)}, ${city}`;
  }
}
