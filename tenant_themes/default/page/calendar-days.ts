/** Days and hours by the clock on the wall: dates as `2027-01-18`, times as minutes after midnight. */

/** From when until when. */
export type Stretch = [number, number];

export const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;

/** The same time with as few stretches as hold it, in order. */
export function joined(stretches: Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (const [from, until] of stretches.filter(([from, until]) => from < until).sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], until);
    else found.push([from, until]);
  }
  return found;
}

/** As the server reads and writes hours: `09:00–12:30, 14:00–18:00`. */
export function written(stretches: Stretch[]): string {
  return stretches.map(([from, until]) => `${clock(from)}–${clock(until)}`).join(", ");
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** So many days later. */
export function later(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one date to another. */
export function between(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** A time on the wall, as calendars write it. */
export function wall(date: string, minute: number): string {
  return minute < DAY_MINUTES ? `${date}T${clock(minute)}:00` : `${later(date, 1)}T00:00:00`;
}

/** A stretch of one day, written by its ends on the wall; none if it isn't within a day. */
export function onOneDay(from: string, to: string): { date: string; stretch: Stretch } | null {
  const date = from.slice(0, 10);
  const minute = (text: string) => Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16));
  const until = minute(to) + between(date, to.slice(0, 10)) * DAY_MINUTES;
  return until <= DAY_MINUTES ? { date, stretch: [minute(from), until] } : null;
}

/** What a calendar's date shows, as it is written. */
export function ofDate(at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}:00`;
}
