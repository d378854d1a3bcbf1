/** How numbers, money and times are written: in the reader's language and zone. */
import { language, locale } from "../words";

/** The reader's own zone. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** What people call a zone: its city. */
export function city(of: string): string {
  return of.split("/").at(-1)?.replaceAll("_", " ") ?? of;
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** What is called something else in every language: in the reader's, else in any. */
export function said(names: Record<string, string>): string {
  return names[language] ?? Object.values(names)[0] ?? "";
}

/** A file's size. */
export function bytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
  const unit = units[step] ?? "byte";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value / 1000 ** step);
}

/** Decimals of a currency: 2 for euros, 0 for yen. */
export function decimals(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Minor units as a plain decimal number, exactly. */
export function decimal(minor: number, places: number): string {
  const digits = String(Math.abs(minor)).padStart(places + 1, "0");
  const sign = minor < 0 ? "-" : "";
  const whole = digits.slice(0, digits.length - places);
  return places ? `${sign}${whole}.${digits.slice(-places)}` : sign + whole;
}

/** What a person typed ("12,50") as minor units; nothing when that is no amount. */
export function minorUnits(typed: string, places: number): number | null {
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(typed.trim());
  const fraction = match?.[2] ?? "";
  if (!match || fraction.length > places) return null;
  return Number((match[1] ?? "") + fraction.padEnd(places, "0"));
}

/** `brief` leaves the decimals out where they are noughts. */
export function money(minor: number, currency: string, brief = false): string {
  const text = decimal(minor, decimals(currency)) as `${number}`;
  return new Intl.NumberFormat(locale, { style: "currency", currency, ...(brief && { trailingZeroDisplay: "stripIfInteger" }) }).format(text);
}

const time = (options: Intl.DateTimeFormatOptions, timeZone = zone) =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone, hourCycle: "h23" });

/** For tables, whose foot names the zone: "28 Jul, 14:05", with the year where it isn't this one. */
export function shortTime(at: number): string {
  const sameYear = new Date(at).getFullYear() === new Date().getFullYear();
  return time({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...(sameYear ? {} : { year: "numeric" }) }).format(at);
}

/** For axes: "28 Jul". */
export function shortDay(at: number): string {
  return time({ day: "numeric", month: "short" }).format(at);
}

export function day(at: number): string {
  return time({ day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** Alone: "Tue, 28 Jul 2026, 14:05, Berlin". */
export function fullTime(at: number, timeZone = zone): string {
  const text = time({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }, timeZone);
  return `${text.format(at)}, ${city(timeZone)}`;
}

export function clock(at: number, timeZone = zone): string {
  return time({ hour: "2-digit", minute: "2-digit" }, timeZone).format(at);
}

/** A length of time as a clock shows it: "4:05" or "1:02:09". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** What the server calls `end_reason`, `call.ended` and the like, as words. */
export function plain(code: string): string {
  const text = code.replaceAll(/[_.]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
