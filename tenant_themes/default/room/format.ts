/** Amounts and times for people. */

/** An amount of minor units, written by the locale; exact, since no float is involved. */
export function money(minor: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const figures = String(Math.abs(Math.trunc(minor))).padStart(digits + 1, "0");
  const whole = figures.slice(0, figures.length - digits);
  const decimal = digits === 0 ? whole : `${whole}.${figures.slice(-digits)}`;
  return format.format(`${minor < 0 ? "-" : ""}${decimal}` as Intl.StringNumericLiteral);
}

/** `m:ss` or `h:mm:ss`. Counting down rounds up, so that 0:00 means none; counting up rounds down. */
export function clockTime(ms: number, rounding: "up" | "down"): string {
  const seconds = Math.max(0, rounding === "up" ? Math.ceil(ms / 1000) : Math.floor(ms / 1000));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = pad(seconds % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Hours and minutes of an instant in the reader's own time. */
export function timeOfDay(ms: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(ms);
}

/** The letters that stand for a face that isn't shown. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => Array.from(part ?? "")[0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
