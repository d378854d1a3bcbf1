/** More time: the seller asks, the buyer agrees and pays, in another tab if it has to be a page; the call goes on in this one. */
import { api, ApiError } from "./api";
import type { ServerClock } from "./clock";
import { closeDialog, openDialog } from "./dialogs";
import { find } from "./dom";
import { money } from "./format";
import type { CallView, ExtensionView } from "./protocol";
import type { Toast } from "./toast";
import type { Vars } from "./words";

interface TopUp {
  id: string;
  state: "pending" | "settled" | "declined" | "unknown";
  amount_minor: number;
  currency: string;
  redirect_url?: string | null;
}
interface Accepted {
  extension: ExtensionView;
  top_up: TopUp | null;
  refused: string | null;
}

/** What it needs of the room. */
interface Host {
  call: () => CallView | null;
  clock: ServerClock;
  locale: string;
  say: (key: string, vars?: Vars) => string;
  tell: (toast: Omit<Toast, "close">) => () => void;
}

/** Minutes at the rate or for an amount that the seller chooses, or what the buyer adds. */
type Way = "rate" | "custom" | "own";

const POLL_MS = 2_000;
/** The server's clock and ours differ a little. */
const SLACK_MS = 500;
const LONGEST_WAIT_MS = 86_400_000;
const ORDER = { asked: 0, paying: 1, declined: 2, paid: 2, failed: 2, lapsed: 2 } as const;

export class Extensions {
  readonly #form = find<HTMLFormElement>("#extend-form");
  readonly #minutes = find<HTMLInputElement>("#extend-minutes");
  readonly #amount = find<HTMLInputElement>("#extend-amount");
  readonly #cost = find<HTMLElement>("#extend-cost");
  readonly #question = find<HTMLElement>("#extension-question");
  readonly #status = find<HTMLElement>("#extension-status");
  readonly #yes = find<HTMLButtonElement>("#extension-yes");
  readonly #page = find<HTMLAnchorElement>("#extension-page");
  readonly #dialog = find<HTMLDialogElement>("#dialog-extension");
  #way: Way = "rate";
  #current: ExtensionView | null = null;
  #topUp: TopUp | null = null;
  #timer = 0;
  #poll = 0;
  #dropToast = () => {};

  constructor(
    private readonly id: string,
    private readonly buyer: boolean,
    private readonly host: Host,
  ) {
    this.#minutes.addEventListener("input", () => this.#showCost());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
    // A question that is put aside still waits.
    this.#dialog.addEventListener("close", () => this.#current && this.#remind(this.#current));
    document.addEventListener("visibilitychange", () => document.hidden || this.#check());
  }

  /** Shows the seller's form, or the buyer's who adds time. */
  open(way: Way): void {
    this.#way = way;
    find<HTMLElement>("#extend-title").textContent = this.host.say(`extend.title_${way}`);
    find<HTMLElement>("#extend-custom").hidden = way !== "custom";
    this.#problem("extend", "");
    this.#showCost();
    openDialog("dialog-extend");
    this.#minutes.select();
  }

  /** Takes the server's word on an extension, unless newer is known. */
  take(view: ExtensionView): void {
    const known = this.#current;
    if (view.call !== this.id || (known?.id === view.id && ORDER[view.state] <= ORDER[known.state])) return;
    const open = view.state === "asked" || view.state === "paying";
    if (!open && known?.id !== view.id) return;
    this.#current = open ? view : null;
    clearTimeout(this.#timer);
    if (view.until_ms !== null) {
      const left = view.until_ms - this.host.clock.now() + SLACK_MS;
      this.#timer = setTimeout(() => void this.refresh(), Math.min(Math.max(left, SLACK_MS), LONGEST_WAIT_MS));
    }
    this.#dropToast();
    if (open && this.buyer) return this.#put(view);
    if (!open) this.#over();
    this.#tell(view);
  }

  /** Messages can be lost with a socket. */
  async refresh(): Promise<void> {
    try {
      const { items } = await api<{ items: ExtensionView[] }>("GET", `/api/v1/calls/${this.id}/extensions`);
      const known = items.find((item) => item.id === this.#current?.id);
      for (const item of [known, items[0]]) if (item) this.take(item);
    } catch {
      // Asked again with the next message.
    }
  }

  /** The call is over, and so is every question. */
  end(): void {
    this.#current = null;
    this.#over();
    this.#dropToast();
  }

  /** The buyer says yes, or goes on paying. */
  async accept(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#problem("extension", "");
    this.#yes.disabled = true;
    try {
      const { extension, top_up, refused } = await api<Accepted>("POST", this.#path(current, "accept"));
      this.#topUp = top_up;
      this.take(extension);
      if (this.#current?.id === extension.id) this.#put(this.#current);
      if (refused) this.#problem("extension", this.host.say("extend.refused", { reason: refused }));
      if (top_up?.redirect_url) this.#goToPay(top_up.redirect_url, !refused);
      this.#check();
    } catch (problem) {
      this.#failed("extension", problem);
    } finally {
      this.#yes.disabled = false;
    }
  }

  /** The buyer says no. */
  async decline(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#problem("extension", "");
    try {
      this.take(await api<ExtensionView>("POST", this.#path(current, "decline")));
    } catch (problem) {
      this.#failed("extension", problem);
    }
  }

  async #ask(): Promise<void> {
    this.#problem("extend", "");
    const button = find<HTMLButtonElement>("button[type=submit]", this.#form);
    try {
      const wanted = { minutes: this.#wanted(), ...(this.#way === "custom" ? { amount: this.#amount.value } : {}) };
      const asked = await api<ExtensionView>("POST", `/api/v1/calls/${this.id}/extensions`, wanted);
      closeDialog("dialog-extend");
      this.take(asked);
      // Who adds time themselves has agreed to it.
      if (this.#way === "own") await this.accept();
    } catch (problem) {
      this.#failed("extend", problem);
    } finally {
      // Forms are sent once, unless somebody says that they can be sent again.
      button.removeAttribute("aria-busy");
    }
  }

  /** Whole minutes; what isn't a number is none, and the server says what can be. */
  #wanted(): number {
    const typed = Number(this.#minutes.value);
    return Number.isSafeInteger(typed) ? typed : 0;
  }

  #showCost(): void {
    const call = this.host.call();
    const minutes = this.#wanted();
    if (!call) return;
    const good = this.#way !== "custom" && minutes >= Number(this.#minutes.min) && minutes <= Number(this.#minutes.max);
    const amount = good ? this.#money(call.rate_minor * minutes, call.currency) : "";
    this.#cost.textContent = good ? this.host.say(this.#way === "own" ? "extend.cost_own" : "extend.cost", { amount, count: minutes }) : "";
  }

  /** Puts the question to the buyer, or says what it waits for once they agreed. */
  #put(view: ExtensionView): void {
    const asked = view.state === "asked";
    const amount = this.#money(view.price_minor, view.currency);
    this.#question.textContent = asked
      ? this.host.say("extend.question", { count: view.minutes, amount })
      : this.host.say("extend.to_pay", { count: view.minutes, amount });
    this.#yes.textContent = this.host.say(asked ? "extend.yes" : "extend.pay");
    find<HTMLElement>("#extension-no").textContent = this.host.say(asked ? "extend.no" : "extend.give_up");
    const waits = !asked && !!this.#topUp && this.#topUp.state !== "declined";
    this.#yes.hidden = waits;
    find<HTMLElement>("#extension-wait").hidden = !waits;
    this.#page.hidden = !waits || !this.#topUp?.redirect_url;
    if (waits && this.#topUp) {
      const sum = this.#money(this.#topUp.amount_minor, this.#topUp.currency);
      this.#status.textContent = this.host.say(this.#page.hidden ? "extend.charging" : "extend.paying", { amount: sum });
    }
    openDialog("dialog-extension");
  }

  /** Leads to the page at once, unless there is something to be read first. */
  #goToPay(address: string, now: boolean): void {
    const url = new URL(address, location.href);
    if (url.protocol !== "https:" && url.protocol !== "http:") return;
    this.#page.href = url.href;
    if (!now) return;
    // Still within the click, or the link is there to be followed.
    const tab = window.open("about:blank", "_blank");
    if (!tab) return;
    tab.opener = null;
    tab.location.href = url.href;
  }

  /** Asks how the payment stands, for as long as something waits for it. */
  #check(): void {
    clearTimeout(this.#poll);
    const [topUp, current] = [this.#topUp, this.#current];
    if (!topUp || !current) return;
    void api<TopUp>("GET", `/api/v1/wallet/top-ups/${topUp.id}`)
      .then((now) => this.#stands(now))
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(this.#poll);
        if (this.#current && this.#topUp) this.#poll = setTimeout(() => this.#check(), POLL_MS);
      });
  }

  #stands(now: TopUp): void {
    if (now.id !== this.#topUp?.id || !this.#current) return;
    if (now.state === "settled") {
      this.#topUp = null;
      void this.refresh();
    } else if (now.state === "declined") {
      this.#topUp = null;
      this.#put(this.#current);
      this.#problem("extension", this.host.say("credit.declined"));
    }
  }

  #over(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#poll);
    this.#topUp = null;
    if (this.#dialog.open) closeDialog("dialog-extension");
    this.#problem("extension", "");
  }

  /** What the one who isn't asked hears, and what both hear in the end. */
  #tell({ state, minutes }: ExtensionView): void {
    const { say, tell } = this.host;
    const id = "extension";
    if (state === "paid") tell({ id, text: say("extend.done"), tone: "success", stays: true });
    else if (state === "failed") tell({ id, text: say(this.buyer ? "extend.failed" : "extend.failed_seller"), tone: "warning", stays: true });
    else if (this.buyer) return;
    else if (state === "declined") tell({ id, text: say("extend.declined"), tone: "info", stays: true });
    else if (state === "lapsed") tell({ id, text: say("extend.lapsed"), tone: "info", stays: true });
    else this.#dropToast = tell({ id, text: say(state === "asked" ? "extend.asked" : "extend.paying_seller", { count: minutes }), tone: "info", stays: true });
  }

  #remind(view: ExtensionView): void {
    const { say, tell } = this.host;
    const asked = view.state === "asked";
    const vars = { count: view.minutes, amount: this.#money(view.price_minor, view.currency) };
    const action = { label: say(asked ? "extend.answer" : "extend.pay"), run: () => this.#current && this.#put(this.#current) };
    this.#dropToast = tell({ id: "extension", text: say(asked ? "extend.waits" : "extend.to_pay", vars), tone: "info", stays: true, action });
  }

  #failed(form: "extend" | "extension", problem: unknown): void {
    this.#problem(form, (problem instanceof ApiError && problem.message) || this.host.say("failed"));
    void this.refresh();
  }

  #problem(form: "extend" | "extension", text: string): void {
    const note = find<HTMLElement>(`#${form}-problem`);
    note.hidden = text === "";
    find("p", note).textContent = text;
  }

  #path(view: ExtensionView, verb: "accept" | "decline"): string {
    return `/api/v1/calls/${this.id}/extensions/${view.id}/${verb}`;
  }

  #money(minor: number, currency: string): string {
    return money(minor, currency, this.host.locale);
  }
}
