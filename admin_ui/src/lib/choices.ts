/** What selects offer. */
import { t } from "../words";
import { language } from "../words";
import type { Choice } from "./table";

/** What the pages of a tenant are written in. */
const LANGUAGES = ["en", "de"];
const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "PLN", "SEK", "NOK", "DKK", "CZK", "CAD", "AUD", "BRL", "INR"];

export function languages(): Choice[] {
  const names = new Intl.DisplayNames(language, { type: "language" });
  return LANGUAGES.map((value) => ({ value, label: names.of(value) ?? value }));
}

export function currencies(): Choice[] {
  const names = new Intl.DisplayNames(language, { type: "currency" });
  return CURRENCIES.map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }));
}

/** Every zone the browser knows, `present` among them whatever it is. */
export function zones(present: string): Choice[] {
  const known = Intl.supportedValuesOf("timeZone");
  const all = known.includes(present) ? known : [present, ...known];
  return all.map((value) => ({ value, label: value.replaceAll("_", " ") }));
}

export const schemes = (): Choice[] => (["auto", "light", "dark"] as const).map((value) => ({ value, label: t(`scheme_of.${value}`) }));
export const radii = (): Choice[] => (["square", "soft", "round"] as const).map((value) => ({ value, label: t(`radius.${value}`) }));
