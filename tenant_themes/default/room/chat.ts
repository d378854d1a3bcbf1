/** The call's chat: one line an id, however often it is told. What can't be sent yet waits and is sent once it can. */
import { lineElement, waitingElement } from "./chat-line";
import { find, h } from "./dom";
import { timeOfDay } from "./format";
import { type ChatLine, MAX_CHAT_CHARS, type ReadMark } from "./protocol";
import { RequestError } from "./socket";
import type { Words } from "./words";

const KEPT_LINES = 500;
const TYPING_PAUSE_MS = 3_000;
const NEAR_LIMIT = 200;
/** Why something wasn't sent that may be sent later. */
const LATER = new Set(["offline", "timeout", "busy", "stale_epoch", "too_many_requests"]);

export interface ChatPort {
  call: string;
  send: (id: string, text: string) => Promise<unknown>;
  typing: (on: boolean) => void;
  read: (id: string) => Promise<unknown>;
  /** Whether the person can see what is said. */
  seen: () => boolean;
}

export class Chat {
  /** One's own id: whose lines are one's own. */
  me = "";
  readonly #lines = find<HTMLOListElement>("#chat-lines");
  readonly #scroll = find<HTMLElement>("#chat-scroll");
  readonly #input = find<HTMLTextAreaElement>("#chat-input");
  readonly #note = find<HTMLElement>("#chat-note");
  readonly #seen = h("p", { class: "chat-seen", "data-testid": "chat-seen" });
  readonly #known = new Map<string, ChatLine>();
  /** What was written and isn't said yet, in order. */
  readonly #waiting = new Map<string, { text: string; element: HTMLElement }>();
  #sending = false;
  #typing = false;
  #typingTimer = 0;
  #mark: ReadMark | null = null;
  #read = "";

  constructor(
    private readonly words: Words,
    private readonly port: ChatPort,
  ) {
    const form = find<HTMLFormElement>("#chat-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#write();
      // Forms are sent once, unless somebody says that they can be sent again.
      find("button[type=submit]", form).removeAttribute("aria-busy");
    });
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#write();
    });
    const files = {
      input: this.#input,
      show: (element: HTMLElement) => this.#append(element),
      sent: (line: ChatLine) => this.add(line),
    };
    // Nobody needs them before the first picture.
    void import("./chat-files").then(({ chatFiles }) => chatFiles(port.call, words, files));
    void import("./emoji").then(({ emojiPicker }) => emojiPicker(words, this.#input));
    document.addEventListener("visibilitychange", () => this.#tellRead());
  }

  /** Adds a line in its place; says whether it was new and somebody else's. */
  add(line: ChatLine): boolean {
    if (this.#known.has(line.id)) return false;
    this.#known.set(line.id, line);
    this.#waiting.get(line.id)?.element.remove();
    this.#waiting.delete(line.id);
    find("#chat-empty").toggleAttribute("hidden", true);
    const atEnd = this.#isAtEnd();
    const own = line.person === this.me;
    const element = lineElement(line, own, this.words);
    const later = [...this.#lines.children].find((other) => Number((other as HTMLElement).dataset["at"]) > line.at_ms);
    this.#lines.insertBefore(element, later ?? null);
    while (this.#lines.childElementCount > KEPT_LINES) this.#lines.firstElementChild?.remove();
    this.#showSeen();
    if (atEnd || own) this.toEnd();
    this.#tellRead();
    return !own;
  }

  /** The other one has read this far. */
  readTo(mark: ReadMark): void {
    if (this.#mark && mark.up_to_ms < this.#mark.up_to_ms) return;
    this.#mark = mark;
    this.#showSeen();
  }

  /** Sends what waits: there is a way again. */
  async flush(): Promise<void> {
    this.#tellRead();
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (const [id, { text }] of this.#waiting) if (!(await this.#send(id, text))) break;
    } finally {
      this.#sending = false;
    }
  }

  toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  focus(): void {
    this.#input.focus();
    this.toEnd();
    this.#tellRead();
  }

  #isAtEnd(): boolean {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 60;
  }

  #append(element: HTMLElement): void {
    find("#chat-empty").toggleAttribute("hidden", true);
    this.#lines.append(element);
    this.toEnd();
  }

  #write(): void {
    const text = this.#input.value.trim();
    if (text === "" || Array.from(text).length > MAX_CHAT_CHARS) return;
    this.#input.value = "";
    this.#changed();
    this.#setTyping(false);
    const element = waitingElement(text, this.words);
    this.#waiting.set(crypto.randomUUID(), { text, element });
    this.#append(element);
    void this.flush();
  }

  /** Whether the next one can be sent. */
  async #send(id: string, text: string): Promise<boolean> {
    try {
      await this.port.send(id, text);
      return true;
    } catch (problem) {
      if (!(problem instanceof RequestError) || LATER.has(problem.code)) return false;
      // What was written must not be lost; what was typed since goes behind it.
      this.#waiting.get(id)?.element.remove();
      this.#waiting.delete(id);
      this.#input.value = [text, this.#input.value].filter(Boolean).join("\n");
      this.#changed();
      this.#note.textContent = problem.message === problem.code ? this.words.say("chat.failed") : problem.message;
      return true;
    }
  }

  #tellRead(): void {
    const newest = [...this.#known.values()].filter((line) => line.person !== this.me).reduce((a, b) => (b.at_ms >= a.at_ms ? b : a), NONE);
    if (newest.id === "" || newest.id === this.#read || document.hidden || !this.port.seen()) return;
    const before = this.#read;
    this.#read = newest.id;
    // Told again with what comes next.
    void this.port.read(newest.id).catch(() => (this.#read = before));
  }

  /** "Seen" stands below the last own line that was. */
  #showSeen(): void {
    const mark = this.#mark;
    this.#seen.remove();
    if (!mark) return;
    const own = [...this.#lines.querySelectorAll<HTMLElement>(".is-own[data-at]")];
    const last = own.filter((line) => Number(line.dataset["at"]) <= mark.up_to_ms).at(-1);
    if (!last) return;
    const atEnd = this.#isAtEnd();
    this.#seen.textContent = this.words.say("chat.seen", { time: timeOfDay(mark.at_ms, this.words.locale) });
    last.append(this.#seen);
    if (atEnd) this.toEnd();
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

const NONE: ChatLine = { id: "", from: "buyer", person: "", name: "", text: "", at_ms: -Infinity };
