/**
 * Every text of the consoles. English is what there is; other languages may lack texts, which then stand in English.
 * `{name}` is a value; a text with `one` and `other` is chosen by `count`.
 */
import { en, type Key, type Text } from "./en";

export type Words = Partial<Record<Key, Text>>;
export type { Key, Text } from "./en";

/** Languages other than English, loaded when chosen. */
const OTHERS: Record<string, () => Promise<Words>> = {
  de: async () => (await import("./de")).de,
};
export const LANGUAGES = ["en", ...Object.keys(OTHERS)];

export let language = "en";
/** The language as the reader's country writes numbers and days: "en-GB". */
export let locale = "en";
let words: Words = en;

/** The chosen language, else the browser's first that there is. */
export async function loadWords(): Promise<void> {
  const wanted = [localStorage.getItem("console.language") ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  language = wanted.find((tag) => LANGUAGES.includes(tag)) ?? "en";
  locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  words = { ...en, ...(await OTHERS[language]?.()) };
  document.documentElement.lang = language;
}

export function chooseLanguage(tag: string): void {
  localStorage.setItem("console.language", tag);
  location.reload();
}

export type Values = Record<string, string | number>;

export function t(key: Key, values: Values = {}): string {
  return fill(words[key] ?? en[key], values, locale);
}

/** The text of a key that is put together from a code of the server's; the code itself where there is none. */
export function tOr(key: string, otherwise: string): string {
  return key in en ? t(key as Key) : otherwise;
}

/** Chooses the form and fills the places in. */
export function fill(text: Text, values: Values, tag: string): string {
  const count = Number(values["count"]);
  const pattern = typeof text === "string" ? text : new Intl.PluralRules(tag).select(count) === "one" ? text.one : text.other;
  return pattern.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? new Intl.NumberFormat(tag).format(value) : value;
  });
}
