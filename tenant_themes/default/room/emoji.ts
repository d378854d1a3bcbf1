/** The emoji picker: a search and a grid, built when it is first opened, from data of our own. */
import german from "emoji-picker-element-data/de/cldr/data.json?url";
import english from "emoji-picker-element-data/en/emojibase/data.json?url";
import { find, h } from "./dom";
import type { Words } from "./words";

interface Emoji {
  emoji: string;
  annotation: string;
  group: number;
  tags?: string[];
  version: number;
}

/** Newer ones are boxes on many devices. */
const NEWEST = 14;
/** Emojibase's groups, without the parts that others are made of. */
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9];
const MOST_FOUND = 60;

export function emojiPicker(words: Words, input: HTMLTextAreaElement): void {
  const panel = find<HTMLElement>("#chat-emoji");
  const opener = find<HTMLButtonElement>("#chat-emoji-open");
  let picker: Picker | null = null;
  const show = (open: boolean) => {
    panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return input.focus();
    picker ??= new Picker(panel, words, (emoji) => insert(input, emoji));
    void picker.open();
  };
  opener.addEventListener("click", () => show(panel.hidden !== false));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    show(false);
  });
}

function insert(input: HTMLTextAreaElement, emoji: string): void {
  input.setRangeText(emoji, input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

class Picker {
  readonly #search: HTMLInputElement;
  readonly #grid: HTMLElement;
  #all: Emoji[] = [];

  constructor(
    panel: HTMLElement,
    private readonly words: Words,
    private readonly chosen: (emoji: string) => void,
  ) {
    const label = words.say("chat.emoji_search");
    this.#search = h("input", { class: "input input-sm", type: "search", placeholder: label, "aria-label": label, "data-testid": "emoji-search", oninput: () => this.#show() });
    this.#grid = h("div", { class: "emoji-grid", role: "group", "aria-label": words.say("chat.emoji") });
    this.#grid.addEventListener("keydown", (event) => this.#move(event));
    this.#grid.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button) this.chosen(button.textContent ?? "");
    });
    panel.append(this.#search, this.#grid);
  }

  async open(): Promise<void> {
    this.#search.focus();
    if (this.#all.length > 0) return;
    this.#grid.textContent = this.words.say("chat.emoji_loading");
    try {
      const response = await fetch(this.words.locale.startsWith("de") ? german : english);
      if (!response.ok) throw new Error(String(response.status));
      this.#all = ((await response.json()) as Emoji[]).filter((one) => one.version <= NEWEST);
      this.#show();
    } catch {
      this.#grid.textContent = this.words.say("failed");
    }
  }

  #show(): void {
    const wanted = this.#search.value.trim().toLowerCase();
    if (wanted === "") {
      const groups = GROUPS.map((group) => this.#group(this.words.say(`chat.emoji_group_${group}`), this.#all.filter((one) => one.group === group)));
      this.#grid.replaceChildren(...groups);
    } else {
      const fits = (one: Emoji) => [one.annotation, ...(one.tags ?? [])].some((word) => word.toLowerCase().includes(wanted));
      const found = this.#all.filter(fits).slice(0, MOST_FOUND);
      this.#grid.replaceChildren(found.length > 0 ? this.#group("", found) : this.words.say("chat.emoji_none"));
    }
    // One of them is reached by Tab, the others from there by arrows.
    this.#grid.querySelector("button")?.setAttribute("tabindex", "0");
  }

  #group(name: string, all: Emoji[]): HTMLElement {
    const buttons = all.map((one) => h("button", { type: "button", tabindex: "-1", "aria-label": one.annotation, title: one.annotation }, one.emoji));
    return h("section", {}, ...(name ? [h("h3", {}, name)] : []), h("div", { class: "emoji-row" }, ...buttons));
  }

  #move(event: KeyboardEvent): void {
    const all = [...this.#grid.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const next = at < 0 ? undefined : all[at + step(event.key, all, at)];
    if (!next || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    all[at]?.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}

/** How many places an arrow goes: up and down to what stands there. */
function step(key: string, all: HTMLElement[], at: number): number {
  if (key === "ArrowLeft") return -1;
  if (key === "ArrowRight") return 1;
  const from = all[at]?.getBoundingClientRect();
  if (!from) return 0;
  const way = key === "ArrowUp" ? -1 : 1;
  for (let next = at + way; all[next]; next += way) {
    const to = all[next]?.getBoundingClientRect();
    if (to && (to.top - from.top) * way > 4 && (way < 0 ? to.left <= from.left + 4 : to.left >= from.left - 4)) return next - at;
  }
  return 0;
}
