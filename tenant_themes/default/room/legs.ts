/**
 * Third persons who are paid, or pay: bringing a provider in with the buyer's yes to the price, what each costs and has
 * come to, and why one of them stands still.
 */
import { api, ApiError } from "./api";
import { closeDialog, openDialog } from "./dialogs";
import { find, h } from "./dom";
import { clockTime, money } from "./format";
import { icon } from "./icons";
import type { LegView, ProposedLeg, RoomRole } from "./protocol";
import type { Toast } from "./toast";
import type { Vars } from "./words";

/** What it needs of the room. */
interface Host {
  role: RoomRole;
  locale: string;
  now(): number;
  say(key: string, vars?: Vars): string;
  tell(what: Omit<Toast, "close">): () => void;
  addCredit(): void;
  /** Of whom the list tells what they come to. */
  changed(): void;
}

interface Provider {
  service_id: string;
  name: string;
  service_title: string;
  rate_minor: number;
  /** The unit in which time is charged, seconds. */
  increment_s: number;
  minimum_s: number;
  /** What is reserved at the start. */
  opening_minor: number;
  currency: string;
}

/** Whom the buyer is asked about. */
interface Question extends Provider {
  role: string;
  languages: string[];
  /** Who would bring them in; none if that is the buyer. */
  asked_by: string | null;
}

const SEARCH_AFTER_MS = 250;
/** At this much time left it is told in red. */
const LOW_MS = 120_000;

export class Legs {
  readonly #legs = new Map<string, LegView>();
  readonly #chips = find<HTMLElement>("#legs");
  readonly #list = find<HTMLElement>("#provider-list");
  readonly #search = find<HTMLInputElement>("#provider-search");
  readonly #none = find<HTMLElement>("#provider-none");
  readonly #form = find<HTMLFormElement>("#guest-form");
  readonly #question = find<HTMLElement>("#leg-question");
  readonly #who = find<HTMLElement>("#leg-who");
  readonly #terms = find<HTMLElement>("#leg-terms");
  readonly #problem = find<HTMLElement>("#leg-problem");
  /** What the dialog asks: its buttons answer that and nothing else. */
  #asked: Question | null = null;
  /** What the seller asks meanwhile: it waits until that is answered. */
  #next: Question | null = null;
  /** What the buyer has said yes to, until that is done. */
  #sent: Question | null = null;
  #timer = 0;
  #searches = 0;

  constructor(
    private readonly call: string,
    /** Whether providers can be brought into this call. */
    private readonly offered: boolean,
    private readonly host: Host,
  ) {
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#look(), SEARCH_AFTER_MS);
    });
    // A question that is put aside is answered with no.
    find<HTMLDialogElement>("#dialog-leg").addEventListener("close", () => this.#dismissed());
  }

  /** The list of people was opened. */
  opened(): void {
    if (this.offered) void this.#look();
  }

  /** What was known when the person entered. */
  entered(legs: LegView[], proposed: ProposedLeg | null): void {
    this.#legs.clear();
    for (const leg of legs) this.#legs.set(leg.id, leg);
    this.#draw();
    if (proposed) this.proposed(proposed);
  }

  /** Takes the server's word. */
  take(leg: LegView): void {
    const before = this.#legs.get(leg.id);
    if (before && leg.server_now_ms < before.server_now_ms) return;
    if (leg.phase === "ended") this.#legs.delete(leg.id);
    else this.#legs.set(leg.id, leg);
    this.#announce(leg, before);
    this.#draw();
  }

  warn(id: string, minutes: number): void {
    const leg = this.#legs.get(id);
    if (!leg) return;
    const text = this.host.say(leg.you_pay ? "legs.warning" : "legs.warning_earn", { who: leg.name, count: minutes });
    this.host.tell({ id: `leg-warning-${id}`, text, tone: "warning", stays: true, ...this.#credit(leg) });
  }

  /** The seller would bring somebody in, or not any more. */
  proposed(proposed: ProposedLeg | null): void {
    if (proposed) {
      const { service, ...rest } = proposed;
      this.#ask({ ...rest, languages: proposed.languages ?? [], service_id: service });
      return;
    }
    this.#next = null;
    if (this.#asked?.asked_by) {
      this.#asked = null;
      closeDialog("dialog-leg");
    }
  }

  declined(name: string): void {
    this.host.tell({ text: this.host.say("legs.declined", { who: name }), tone: "info" });
  }

  /** The buyer's yes: only now it rings. */
  async agree(): Promise<void> {
    const asked = this.#asked;
    if (!asked || this.#sent) return;
    this.#sent = asked;
    this.#wrong("");
    try {
      await this.#begin(asked);
      closeDialog("dialog-people");
      if (this.#asked === asked) {
        this.#asked = null;
        closeDialog("dialog-leg");
      }
    } catch (problem) {
      const text = problem instanceof ApiError && problem.message ? problem.message : this.host.say("failed");
      if (this.#asked === asked) this.#wrong(text);
      else this.host.tell({ text, tone: "error" });
    } finally {
      this.#sent = null;
    }
  }

  refuse(): void {
    closeDialog("dialog-leg");
  }

  /** What a person costs and has come to, for those who pay or earn it. */
  about(person: string): string {
    const leg = [...this.#legs.values()].find((known) => known.person === person);
    return leg ? this.#sum(leg) : "";
  }

  /** What it has come to, short. */
  amount(person: string): string {
    const leg = [...this.#legs.values()].find((known) => known.person === person);
    return leg && leg.phase !== "ringing" ? money(leg.charged_minor, leg.currency, this.host.locale) : "";
  }

  /** The call is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#legs.clear();
    this.#asked = this.#next = null;
    closeDialog("dialog-leg");
    this.#draw();
  }

  /** Time runs. */
  tick(): void {
    for (const leg of this.#legs.values()) {
      const chip = this.#chips.querySelector<HTMLElement>(`[data-leg="${leg.id}"]`);
      if (chip) this.#fill(chip, leg);
    }
  }

  /** What is there stays: whoever is about to press a button of it doesn't lose it. */
  #draw(): void {
    const legs = [...this.#legs.values()];
    const chips = [...this.#chips.querySelectorAll<HTMLElement>(":scope > [data-leg]")];
    const known = (leg: LegView) => chips.find(({ dataset }) => dataset["leg"] === leg.id && dataset["shape"] === this.#shape(leg));
    const wanted = legs.map((leg) => known(leg) ?? this.#chip(leg));
    if (wanted.length !== chips.length || wanted.some((chip, at) => chip !== chips[at])) this.#chips.replaceChildren(...wanted);
    legs.forEach((leg, at) => this.#fill(wanted[at]!, leg));
    this.host.changed();
  }

  /** What buttons a leg has. */
  #shape(leg: LegView): string {
    const out = !leg.you_pay || this.host.role !== "buyer" ? "" : leg.phase === "ringing" ? "cancel" : "out";
    const credit = leg.you_pay && (leg.needed_minor !== undefined || leg.suspended === "credit") ? "credit" : "";
    return `${out} ${credit}`;
  }

  #chip(leg: LegView): HTMLElement {
    const shape = this.#shape(leg);
    const attributes = { class: "chip chip-leg", "data-leg": leg.id, "data-shape": shape, "data-testid": "leg-chip" };
    const element = h("p", attributes, icon("people"), h("span"));
    const button = (key: string, onclick: () => void) => {
      const label = this.host.say(key);
      element.append(h("button", { type: "button", class: "link", "aria-label": `${label}: ${leg.name}`, onclick }, label));
    };
    const out = () => void this.#out(this.#legs.get(leg.id) ?? leg);
    if (shape.startsWith("cancel")) button("legs.cancel", out);
    if (shape.startsWith("out")) button("people.remove", out);
    if (shape.endsWith("credit")) button("live.add_credit", () => this.host.addCredit());
    return element;
  }

  #fill(chip: HTMLElement, leg: LegView): void {
    const text = `${leg.name} · ${this.#sum(leg)}`;
    const span = find<HTMLElement>("span", chip);
    if (span.textContent !== text) span.textContent = text;
    const left = this.#left(leg);
    chip.classList.toggle("is-low", left !== null && left <= LOW_MS);
    chip.classList.toggle("is-counting", leg.running);
  }

  #left(leg: LegView): number | null {
    if (leg.remaining_ms === null) return null;
    return Math.max(0, leg.remaining_ms - (leg.running ? this.host.now() - leg.server_now_ms : 0));
  }

  #sum(leg: LegView): string {
    const cash = (minor: number) => money(minor, leg.currency, this.host.locale);
    const rate = this.host.say("per_minute", { price: cash(leg.rate_minor) });
    if (leg.phase === "ringing") return `${rate} · ${this.host.say("legs.ringing")}`;
    if (leg.needed_minor !== undefined) return this.host.say("legs.short", { amount: cash(leg.needed_minor) });
    const parts = [rate, this.host.say(leg.you_pay ? "legs.paid" : "legs.earned", { amount: cash(leg.charged_minor) })];
    const left = this.#left(leg);
    if (leg.suspended === "credit") {
      const time = leg.until_ms === null ? "" : clockTime(leg.until_ms - this.host.now(), "up");
      parts.push(this.host.say("legs.no_credit", { time }));
    } else if (leg.suspended) parts.push(this.host.say("legs.no_connection"));
    else if (left !== null && left <= LOW_MS && leg.you_pay) parts.push(this.host.say("live.left", { time: clockTime(left, "up") }));
    return parts.join(" · ");
  }

  #credit(leg: LegView): Pick<Toast, "action"> {
    if (!leg.you_pay) return {};
    return { action: { label: this.host.say("live.add_credit"), run: () => this.host.addCredit() } };
  }

  #announce(leg: LegView, before: LegView | undefined): void {
    const id = `leg-${leg.id}`;
    const who = leg.name;
    if (leg.phase === "ended") {
      const never = leg.ended === "missed" || leg.ended === "rejected" || leg.ended === "cancelled";
      const amount = money(leg.charged_minor, leg.currency, this.host.locale);
      const needed = leg.needed_minor;
      const ending =
        needed === undefined
          ? this.host.say(`legs.ended.${leg.ended ?? "call_over"}`, { who })
          : this.host.say("legs.not_begun", { who, amount: money(needed, leg.currency, this.host.locale) });
      const text = never ? ending : `${ending} ${this.host.say(leg.you_pay ? "legs.cost" : "legs.brought", { amount })}`;
      this.host.tell({ id, text, tone: never ? "info" : "success", stays: !never });
    } else if (leg.suspended === "credit" && before?.suspended !== "credit") {
      const text = this.host.say(leg.you_pay ? "legs.out_of_credit" : "legs.out_of_credit_earn", { who });
      this.host.tell({ id, text, tone: "warning", stays: true, ...this.#credit(leg) });
    } else if (leg.phase === "live" && before && before.phase !== "live" && !before.suspended) {
      this.host.tell({ id, text: this.host.say("legs.began", { who }), tone: "success" });
    }
  }

  async #out(leg: LegView): Promise<void> {
    const ringing = leg.phase === "ringing";
    const path = ringing ? `/api/v1/calls/${leg.id}/cancel` : `/api/v1/calls/${this.call}/guests/${leg.guest}`;
    try {
      await api(ringing ? "POST" : "DELETE", path);
    } catch (problem) {
      const text = problem instanceof ApiError && problem.message ? problem.message : this.host.say("failed");
      this.host.tell({ text, tone: "error" });
    }
  }

  async #look(): Promise<void> {
    const search = ++this.#searches;
    try {
      const query = encodeURIComponent(this.#search.value);
      const { items } = await api<{ items: Provider[] }>("GET", `/api/v1/calls/${this.call}/providers?q=${query}`);
      // Another one was begun meanwhile.
      if (search !== this.#searches) return;
      this.#none.hidden = items.length > 0;
      this.#list.replaceChildren(...items.map((provider) => this.#row(provider)));
    } catch {
      this.#none.hidden = false;
      this.#list.replaceChildren();
    }
  }

  #row(provider: Provider): HTMLElement {
    const price = this.host.say("per_minute", { price: money(provider.rate_minor, provider.currency, this.host.locale) });
    const about = h("small", {}, `${provider.service_title} · ${price} · ${this.#charged(provider)}`);
    const choose = () => void this.#choose(provider);
    const label = this.host.say(this.host.role === "buyer" ? "legs.bring" : "legs.propose");
    const whom = `${label}: ${provider.name}`;
    return h(
      "li",
      { class: "person" },
      h("span", { class: "person-name" }, h("strong", {}, provider.name), about),
      h("button", { type: "button", class: "btn btn-sm", "aria-label": whom, "data-testid": "provider-bring", onclick: choose }, label),
    );
  }

  async #choose(provider: Provider): Promise<void> {
    const typed = new FormData(this.#form);
    const role = String(typed.get("role"));
    const languages = role === "interpreter" ? typed.getAll("language").map(String) : [];
    const question = { ...provider, role, languages, asked_by: null };
    if (this.host.role === "buyer") return this.#ask(question);
    try {
      await this.#begin(question);
      closeDialog("dialog-people");
      this.host.tell({ text: this.host.say("legs.asked", { who: provider.name }), tone: "info" });
    } catch (problem) {
      const text = problem instanceof ApiError && problem.message ? problem.message : this.host.say("failed");
      this.host.tell({ text, tone: "error" });
    }
  }

  async #begin({ service_id, role, languages, rate_minor, opening_minor }: Question): Promise<void> {
    await api("POST", `/api/v1/calls/${this.call}/legs`, { service_id, role, languages, rate_minor, opening_minor });
  }

  /** How time is charged, and what is reserved. */
  #charged({ increment_s, minimum_s, opening_minor, currency }: Provider): string {
    const say = this.host.say;
    const parts = [increment_s === 1 ? say("terms.second") : increment_s === 60 ? say("terms.minute") : say("terms.block", { count: increment_s })];
    if (minimum_s > 0) parts.push(say("terms.minimum", { count: Math.ceil(minimum_s / 60) }));
    parts.push(say("legs.reserved", { amount: money(opening_minor, currency, this.host.locale) }));
    return parts.join(" ");
  }

  /** An open question stays as it is: the next one waits for its answer. */
  #ask(question: Question): void {
    if (this.#asked) {
      if (JSON.stringify(this.#asked) !== JSON.stringify(question)) this.#next = question;
      return;
    }
    this.#asked = question;
    this.#wrong("");
    const price = money(question.rate_minor, question.currency, this.host.locale);
    this.#question.textContent = this.host.say("legs.question", { who: question.name, price });
    this.#who.textContent = question.asked_by
      ? this.host.say("legs.proposes", { by: question.asked_by, who: question.name, service: question.service_title })
      : question.service_title;
    this.#terms.textContent = this.#charged(question);
    openDialog("dialog-leg");
  }

  #dismissed(): void {
    const asked = this.#asked;
    const next = this.#next;
    this.#asked = this.#next = null;
    // What the seller asks now took the place of what they asked before.
    const decline = asked?.asked_by && asked !== this.#sent && !next;
    if (decline) void api("POST", `/api/v1/calls/${this.call}/legs/decline`).catch(() => undefined);
    if (next) this.#ask(next);
  }

  #wrong(text: string): void {
    this.#problem.hidden = text === "";
    find<HTMLElement>("p", this.#problem).textContent = text;
  }
}
