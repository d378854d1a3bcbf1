/**
 * Who is in the room: the list, asking a third person in, letting them in and showing them out, and the interpreters'
 * channels.
 */
import { api, ApiError } from "./api";
import { channelsOf, volumes } from "./channels";
import { closeDialog, openDialog } from "./dialogs";
import { find, h } from "./dom";
import { initials } from "./format";
import type { PersonView, RoomRole } from "./protocol";
import { otherOf } from "./stir";
import { keep, recall } from "./storage";
import type { Toast } from "./toast";
import type { Words } from "./words";

export interface GuestsHost {
  role: RoomRole;
  say(key: string, vars?: Record<string, string | number>): string;
  tell(what: Omit<Toast, "close">): () => void;
  /** Interpreters: on which channel they speak from now on. */
  speak(language: string | null): Promise<unknown>;
  loudness(peer: string, volume: number): void;
  named(peer: string, name: string): void;
  /** What somebody who is paid, or pays, has come to; empty if that isn't the reader's to see. */
  comesTo(person: string): { about: string; amount: string };
  /** Who is the other one of the two whom the call is between; of guests, the seller. */
  main(peer: string): void;
  /** Whether that one, who came first to a free room, has left it to the others. */
  left(left: boolean): void;
  /** Whether there is anything to choose from. */
  changed(): void;
}

interface Place {
  id: string;
  link: string;
}

const CHANNEL = "room.channel";

export class Guests {
  people: PersonView[] = [];
  /** The names of all others who have ever been let in. */
  readonly met = new Map<string, string>();
  /** One's own peer. */
  me = "";
  #channel: string | null = recall(CHANNEL) || null;
  readonly #names: Intl.DisplayNames;
  readonly #list = find<HTMLElement>("#people-list");
  readonly #form = find<HTMLFormElement>("#guest-form");
  readonly #problem = find<HTMLElement>("#guest-problem");
  readonly #listen = find<HTMLSelectElement>("#channel");
  readonly #speak = find<HTMLSelectElement>("#speak");
  readonly #link = find<HTMLInputElement>("#guest-link");
  readonly #knocks = new Map<string, () => void>();

  constructor(
    private readonly call: string,
    words: Words,
    private readonly host: GuestsHost,
  ) {
    this.#names = new Intl.DisplayNames(words.locale, { type: "language" });
    for (const option of this.#form.querySelectorAll<HTMLElement>("[data-language]"))
      option.textContent = this.#language(option.dataset["language"] ?? "");
    this.#form.addEventListener("change", () => this.#shape());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#invite();
    });
    this.#listen.addEventListener("change", () => this.#choose(this.#listen.value || null));
    this.#speak.addEventListener("change", () => void this.#speakOn(this.#speak.value || null));
    find<HTMLElement>("#guest-copy").addEventListener("click", () => void this.#copy());
    this.#shape();
  }

  /** Languages to choose from. */
  get channels(): string[] {
    return channelsOf(this.people);
  }

  /** What one interprets oneself. */
  get own(): PersonView | undefined {
    return this.people.find((person) => person.peer === this.me);
  }

  /** What somebody of the room is called. */
  name(person: string): string {
    return this.people.find(({ id }) => id === person)?.name ?? "";
  }

  /** Whether what is said on that language's channel is for the reader. */
  follows(language: string): boolean {
    return language === this.#channel || (this.own?.languages ?? []).length > 0;
  }

  open(): void {
    this.#link.closest<HTMLElement>("[data-link]")!.hidden = true;
    this.#say("");
    openDialog("dialog-people");
  }

  take(people: PersonView[]): void {
    const before = this.people;
    this.people = people;
    for (const { id, name, waiting } of people) if (!waiting) this.met.set(id, name);
    if (this.own) this.met.delete(this.own.id);
    const main = otherOf(people, this.host.role);
    if (main?.peer) this.host.main(main.peer);
    const isFree = this.host.role === "seller" && !people.some(({ role }) => role === "buyer");
    this.host.left(isFree && !main?.peer);
    this.#knock(before);
    this.#draw();
    this.#fill();
    this.#hear();
    this.host.changed();
  }

  /** What somebody comes to has changed. */
  redraw(): void {
    this.#draw();
  }

  /** The call is over. */
  end(): void {
    for (const close of this.#knocks.values()) close();
    this.#knocks.clear();
    closeDialog("dialog-people");
  }

  #language(code: string): string {
    return this.#names.of(code) ?? code;
  }

  /** Somebody whom the seller asked waits: the one who pays says whether they come in. */
  #knock(before: PersonView[]): void {
    const waiting = this.people.filter((person) => person.waiting);
    for (const [id, close] of this.#knocks)
      if (!waiting.some((person) => person.id === id)) {
        close();
        this.#knocks.delete(id);
      }
    if (this.host.role !== "buyer") return;
    for (const person of waiting) {
      if (this.#knocks.has(person.id) || before.some((known) => known.id === person.id && known.waiting)) continue;
      const text = this.host.say("people.knocks", { name: person.name, role: this.#role(person.role) });
      const action = { label: this.host.say("people.admit"), run: () => void this.#admit(person) };
      this.#knocks.set(person.id, this.host.tell({ id: `knock-${person.id}`, text, tone: "info", stays: true, action }));
    }
  }

  #role(role: RoomRole): string {
    return this.host.say(`people.role_${role}`);
  }

  #draw(): void {
    const rows = [...this.#list.querySelectorAll<HTMLElement>(":scope > [data-person]")];
    const wanted = this.people.map((person) => {
      const own = person.peer === this.me && this.me !== "";
      const name = own ? `${person.name} (${this.host.say("you")})` : person.name;
      const state = person.waiting ? "waits" : person.peer ? (person.speaks ? "speaks" : "here") : "away";
      const language = person.speaks ? this.#language(person.speaks) : "";
      const money = this.host.comesTo(person.id);
      if (person.peer) this.host.named(person.peer, money.amount ? `${person.name} · ${money.amount}` : person.name);
      const about = [this.#role(person.role), this.host.say(`people.${state}`, { language }), money.about].filter(Boolean).join(" · ");
      const shape = `${person.guest ?? ""} ${this.#mayAdmit(person)} ${this.#mayRemove(person)}`;
      const known = rows.find(({ dataset }) => dataset["person"] === person.id && dataset["shape"] === shape);
      const row = known ?? this.#row(person, shape);
      for (const [part, text] of [["strong", name], ["small", about], [".person-mark", initials(person.name)]] as const) {
        const element = find<HTMLElement>(part, row);
        if (element.textContent !== text) element.textContent = text;
      }
      return row;
    });
    // What is there stays: whoever is about to press a button of it doesn't lose it.
    if (wanted.length !== rows.length || wanted.some((row, at) => row !== rows[at])) this.#list.replaceChildren(...wanted);
  }

  #row(person: PersonView, shape: string): HTMLElement {
    const row = h(
      "li",
      { class: "person", "data-person": person.id, "data-shape": shape },
      h("span", { class: "person-mark", "aria-hidden": "true" }),
      h("span", { class: "person-name" }, h("strong"), h("small")),
    );
    const button = (key: string, look: string, run: () => void) => {
      const label = this.host.say(key);
      row.append(h("button", { type: "button", class: look, "aria-label": `${label}: ${person.name}`, onclick: run }, label));
    };
    if (this.#mayAdmit(person)) button("people.admit", "btn btn-primary btn-sm", () => void this.#admit(person));
    if (this.#mayRemove(person)) button("people.remove", "btn btn-ghost btn-sm", () => void this.#remove(person));
    return row;
  }

  #mayAdmit(person: PersonView): boolean {
    return person.guest !== undefined && this.host.role === "buyer" && person.waiting;
  }

  /** The buyer shows anybody out, the seller whom they asked in; and whoever came first to a free room, who has no place. */
  #mayRemove(person: PersonView): boolean {
    if (person.guest === undefined && person.role === "visitor") return this.host.role === "seller";
    if (person.guest === undefined) return false;
    const isMine = person.asked_by !== undefined && person.asked_by === this.own?.id;
    return this.host.role === "buyer" || (this.host.role === "seller" && isMine);
  }

  /** What can be listened to, and for interpreters, what to speak on. */
  #fill(): void {
    const option = (code: string) => new Option(this.#language(code), code);
    this.#listen.replaceChildren(new Option(this.host.say("people.original"), ""), ...this.channels.map(option));
    // What was chosen stays so while its interpreter is away.
    const chosen = this.#channel ?? "";
    this.#listen.value = this.channels.includes(chosen) ? chosen : "";
    const own = this.own;
    this.#speak.replaceChildren(new Option(this.host.say("people.to_all"), ""), ...(own?.languages ?? []).map(option));
    this.#speak.value = own?.speaks ?? "";
  }

  #choose(channel: string | null): void {
    this.#channel = channel;
    keep(CHANNEL, channel ?? "");
    this.#hear();
  }

  #hear(): void {
    // Whoever interprets hears all of it as it is said.
    const interprets = (this.own?.languages ?? []).length > 0;
    for (const [peer, volume] of volumes(this.people, interprets ? null : this.#channel)) this.host.loudness(peer, volume);
  }

  async #speakOn(language: string | null): Promise<void> {
    try {
      await this.host.speak(language);
    } catch {
      this.#fill();
    }
  }

  #shape(): void {
    const interpreter = new FormData(this.#form).get("role") === "interpreter";
    find<HTMLElement>("#guest-languages").hidden = !interpreter;
  }

  async #invite(): Promise<void> {
    const typed = new FormData(this.#form);
    this.#say("");
    try {
      const languages = typed.getAll("language");
      const role = typed.get("role");
      const place = await api<Place>("POST", `/api/v1/calls/${this.call}/guests`, {
        role,
        languages: role === "interpreter" ? languages : [],
      });
      this.#link.value = place.link;
      this.#link.closest<HTMLElement>("[data-link]")!.hidden = false;
      this.#link.focus();
      this.#link.select();
    } catch (problem) {
      this.#say(problem instanceof ApiError && problem.message ? problem.message : this.host.say("failed"));
    } finally {
      // Forms are sent once, unless somebody says that they can be sent again.
      find("button[type=submit]", this.#form).removeAttribute("aria-busy");
    }
  }

  async #copy(): Promise<void> {
    await navigator.clipboard?.writeText(this.#link.value).catch(() => undefined);
    this.#link.select();
    this.host.tell({ text: this.host.say("people.copied"), tone: "success" });
  }

  async #admit(person: PersonView): Promise<void> {
    await this.#ask("POST", `${person.guest}/admit`);
  }

  async #remove(person: PersonView): Promise<void> {
    await this.#ask("DELETE", person.guest ?? "first");
  }

  async #ask(method: "POST" | "DELETE", path: string): Promise<void> {
    try {
      await api(method, `/api/v1/calls/${this.call}/guests/${path}`);
    } catch (problem) {
      this.#say(problem instanceof ApiError && problem.message ? problem.message : this.host.say("failed"));
      openDialog("dialog-people");
    }
  }

  #say(text: string): void {
    this.#problem.hidden = text === "";
    find<HTMLElement>("p", this.#problem).textContent = text;
  }
}
