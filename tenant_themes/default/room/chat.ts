/** The call's chat: plain text only, one line an id, however often it is told. */
import { find, h } from "./dom";
import { timeOfDay } from "./format";
import { type RoomRole, type ChatLine, MAX_CHAT_CHARS } from "./protocol";
import type { Words } from "./words";

const KEPT_LINES = 500;
const TYPING_PAUSE_MS = 3_000;
const NEAR_LIMIT = 200;

export interface ChatPort {
  send: (text: string) => Promise<unknown>;
  typing: (on: boolean) => void;
}

export class Chat {
  readonly #lines = find<HTMLOListElement>("#chat-lines");
  readonly #scroll = find<HTMLElement>("#chat-scroll");
  readonly #input = find<HTMLTextAreaElement>("#chat-input");
  readonly #note = find<HTMLElement>("#chat-note");
  readonly #known = new Set<string>();
  #typing = false;
  #typingTimer = 0;

  constructor(
    private readonly role: RoomRole,
    private readonly words: Words,
    private readonly port: ChatPort,
  ) {
    const form = find<HTMLFormElement>("#chat-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#send();
    });
  }

  /** Adds a line in its place; says whether it was new and somebody else's. */
  add(line: ChatLine): boolean {
    if (this.#known.has(line.id)) return false;
    this.#known.add(line.id);
    find("#chat-empty").toggleAttribute("hidden", true);
    const atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 60;
    const element = this.#element(line);
    const later = [...this.#lines.children].find((other) => Number((other as HTMLElement).dataset["at"]) > line.at_ms);
    this.#lines.insertBefore(element, later ?? null);
    while (this.#lines.childElementCount > KEPT_LINES) this.#lines.firstElementChild?.remove();
    if (atEnd || line.from === this.role) this.toEnd();
    return line.from !== this.role;
  }

  toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  focus(): void {
    this.#input.focus();
    this.toEnd();
  }

  #element(line: ChatLine): HTMLElement {
    const own = line.from === this.role;
    const element = h("li", { class: own ? "chat-line is-own" : "chat-line", "data-at": String(line.at_ms) });
    const who = own ? this.words.say("you") : line.name;
    const head = h("p", { class: "chat-who" }, who, " ", h("time", {}, timeOfDay(line.at_ms, this.words.locale)));
    element.append(head, h("p", { class: "chat-text" }, line.text));
    return element;
  }

  async #send(): Promise<void> {
    const text = this.#input.value.trim();
    if (text === "" || Array.from(text).length > MAX_CHAT_CHARS) return;
    this.#input.value = "";
    this.#changed();
    this.#setTyping(false);
    try {
      await this.port.send(text);
    } catch {
      // What was written must not be lost; what was typed since goes behind it.
      this.#input.value = [text, this.#input.value].filter(Boolean).join("\n");
      this.#changed();
      this.#note.textContent = this.words.say("chat.failed");
    }
  }

  #changed(): void {
    const left = MAX_CHAT_CHARS - Array.from(this.#input.value.trim()).length;
    this.#note.textContent = left <= NEAR_LIMIT ? this.words.say("chat.chars_left", { count: left }) : "";
    this.#note.classList.toggle("is-over", left < 0);
    this.#input.setAttribute("aria-invalid", String(left < 0));
    this.#input.rows = Math.min(4, this.#input.value.split("\n").length);
    if (this.#input.value !== "") this.#setTyping(true);
  }

  #setTyping(on: boolean): void {
    clearTimeout(this.#typingTimer);
    if (on) this.#typingTimer = setTimeout(() => this.#setTyping(false), TYPING_PAUSE_MS);
    if (on === this.#typing) return;
    this.#typing = on;
    this.port.typing(on);
  }
}
