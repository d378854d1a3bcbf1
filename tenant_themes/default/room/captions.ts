/** What is said, for those who read it: lines that an interpreter or anybody else writes along. */
import { find, h, type View } from "./dom";
import type { ServerMessage } from "./protocol";
import { keep, recall } from "./storage";
import type { Vars } from "./words";

type Caption = Extract<ServerMessage, { type: "caption" }>;

export interface CaptionsHost {
  say(key: string, vars?: Vars): string;
  send(text: string): Promise<unknown>;
  /** Whoever wrote it; empty for somebody who isn't known. */
  name(person: string): string;
  /** Whether somebody who listens as the reader does follows that language's channel. */
  follows(language: string): boolean;
  changed(): void;
}

const SHOWN = "room.captions";
/** Older lines make way for newer ones. */
const LINES = 3;
/** A line stays for as long as it takes to read twice, at 15 characters a second. */
const staysMs = (text: string) => Math.min(20_000, Math.max(5_000, (text.length * 2_000) / 15));

export class Captions {
  #shown = recall(SHOWN) !== "off";
  #writes = false;
  readonly #lines = find<HTMLElement>("#caption-lines");
  readonly #form = find<HTMLFormElement>("#caption-form");
  readonly #input = find<HTMLInputElement>("#caption-input");

  constructor(private readonly host: CaptionsHost) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#form.addEventListener("keydown", (event) => event.key === "Escape" && this.toggleWriting());
  }

  view(): View {
    return {
      captions_shown: this.#shown && this.#lines.childElementCount > 0,
      captions_write: this.#writes,
      captions_write_label: this.host.say(this.#writes ? "captions.write_stop" : "captions.write"),
      captions_show_label: this.host.say(this.#shown ? "captions.hide" : "captions.show"),
    };
  }

  take({ person, language, text }: Caption): void {
    if (language && !this.host.follows(language)) return;
    const name = this.host.name(person);
    const line = h("p", language ? { lang: language } : {}, name && h("strong", {}, `${name}: `), text);
    this.#lines.append(line);
    while (this.#lines.childElementCount > LINES) this.#lines.firstElementChild?.remove();
    setTimeout(() => {
      line.remove();
      this.host.changed();
    }, staysMs(text));
    this.host.changed();
  }

  toggleShown(): void {
    this.#shown = !this.#shown;
    keep(SHOWN, this.#shown ? "" : "off");
    this.host.changed();
  }

  toggleWriting(): void {
    this.#writes = !this.#writes;
    if (this.#writes && !this.#shown) this.toggleShown();
    this.host.changed();
    // The line is there once the page has followed.
    if (this.#writes) requestAnimationFrame(() => this.#input.focus());
  }

  /** The call is over. */
  end(): void {
    this.#writes = false;
    this.#lines.replaceChildren();
  }

  async #send(): Promise<void> {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    try {
      await this.host.send(text);
    } catch {
      // What was typed isn't lost, unless the next line has begun.
      this.#input.value ||= text;
      this.#input.setAttribute("aria-invalid", "true");
      return;
    }
    this.#input.removeAttribute("aria-invalid");
  }
}
