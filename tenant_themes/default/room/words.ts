/** The tenant's words in the page's language, with plurals by the language's own rules. */

/** A text, or its plural forms by CLDR category (`one`, `few`, `other` …). */
export type Entry = string | Record<string, string>;
export type Vars = Record<string, string | number>;

export class Words {
  readonly #plural: Intl.PluralRules;

  constructor(
    readonly locale: string,
    private readonly entries: Record<string, Entry>,
  ) {
    this.#plural = new Intl.PluralRules(locale);
  }

  /** The text of a key, `{name}` replaced; `vars.count` chooses the plural form. A missing key shows itself. */
  say(key: string, vars: Vars = {}): string {
    const entry = this.entries[key];
    let text: string | undefined;
    if (typeof entry === "object") text = entry[this.#plural.select(Number(vars["count"] ?? 0))] ?? entry["other"];
    else text = entry;
    return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(vars[name] ?? whole));
  }
}
