/**
 * `/sell/calendar`: a seller's month, week or day in place of the week's list. Hours are drawn out, moved and stretched by
 * hand; a press on them opens the same as a form. All times are by the clock of the seller's hours.
 */
import { type Calendar, createCalendar, DayGrid, Interaction, TimeGrid } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import "./calendar.css";
import { ApiError, api } from "../room/api";
import { dataBlock, find, h } from "../room/dom";
import { toast } from "../room/toast";
import { type Entry, Words } from "../room/words";
import { between, joined, later, ofDate, onOneDay, type Stretch, wall, written } from "./calendar-days";

interface Config {
  locale: string;
  words: Record<string, Entry>;
}
interface Day {
  date: string;
  hours: Stretch[];
  own: boolean;
}
interface Talk {
  id: string;
  title: string;
  with: string;
  state: string;
  local_start: string;
  local_end: string;
}
interface Agenda {
  offset: string;
  days: Day[];
  talks: Talk[];
  busy: { local_start: string; local_end: string }[];
}
type Input = Calendar.EventInput;

const API = "/api/v1/selling";
const MONTH = "dayGridMonth";
const NARROW = matchMedia("(width < 40rem)");
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const RANKS = ["talk", "busy", "open"];

function rank(event: Calendar.Event): number {
  return RANKS.indexOf(String(event.extendedProps["kind"]));
}

class Page {
  readonly #words: Words;
  readonly #days = new Map<string, Day>();
  readonly #title = find<HTMLElement>("[data-calendar-title]");
  readonly #dialog = find<HTMLDialogElement>("[data-day-dialog]");
  readonly #calendar: Calendar;
  #view: string;
  #today: string;
  /** Hours are being moved: letting go of them is no press. */
  #held = false;

  constructor(target: HTMLElement, config: Config) {
    // Days before months, as everywhere on this site.
    const locale = config.locale === "en" ? "en-GB" : config.locale;
    this.#words = new Words(locale, config.words);
    this.#view = NARROW.matches ? "timeGridDay" : "timeGridWeek";
    const { from = "", today = "", offset = "" } = target.dataset;
    this.#today = today;
    this.#calendar = createCalendar(target, [TimeGrid, DayGrid, Interaction], {
      ...this.#looks(locale, offset),
      view: this.#view,
      date: this.#view === "timeGridDay" && between(from, today) >= 0 && between(from, today) < 7 ? today : from,
      eventSources: [{ events: (asked: Calendar.FetchInfo) => this.#events(asked) }],
      eventContent: ({ event, timeText }) => this.#content(event, timeText),
      eventDragStart: () => (this.#held = true),
      eventResizeStart: () => (this.#held = true),
      eventDragStop: () => this.#letGo(),
      eventResizeStop: () => this.#letGo(),
      dateClick: ({ dateStr, view }) => view.type === MONTH && this.#show("timeGridDay", dateStr.slice(0, 10)),
      datesSet: ({ view }) => (this.#title.textContent = view.title),
      select: ({ startStr, endStr, allDay }) => !allDay && this.#draw(startStr, endStr),
      eventDrop: (info) => this.#move(info),
      eventResize: (info) => this.#move(info),
    });
    this.#buttons();
    this.#form();
    new MutationObserver(() => this.#plain(target)).observe(target, { childList: true, subtree: true });
    this.#plain(target);
  }

  #letGo(): void {
    setTimeout(() => (this.#held = false), 50);
  }

  /** The library says it is a table, whose cells hold nothing: what is in it lies above them. */
  #plain(target: HTMLElement): void {
    for (const part of target.querySelectorAll("[role]:not([role=button], [role=group])")) part.removeAttribute("role");
    for (const part of target.querySelectorAll("[aria-colindex]")) part.removeAttribute("aria-colindex");
    const main = target.querySelector<HTMLElement>(".ec-main");
    if (!main || main.tabIndex === 0) return;
    main.tabIndex = 0;
    main.setAttribute("aria-label", this.#words.say("calendar.script.title"));
    main.setAttribute("role", "group");
  }

  #looks(locale: string, offset: string): Calendar.Options {
    return {
      locale,
      timeZone: offset,
      firstDay: 1,
      height: "min(44rem, 75dvh)",
      headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false,
      scrollTime: "07:30",
      dayHeaderFormat: { weekday: "short", day: "numeric" },
      snapDuration: "00:15",
      slotLabelFormat: CLOCK,
      eventTimeFormat: CLOCK,
      lazyFetching: false,
      nowIndicator: true,
      selectable: true,
      unselectAuto: true,
      editable: false,
      eventResizableFromStart: true,
      dayMaxEvents: true,
      // Where a day has more than fits, what is booked stands first, and hours last.
      eventOrder: (one, other) => rank(one) - rank(other) || one.start.getTime() - other.start.getTime(),
      views: {
        [MONTH]: { selectable: false, dayHeaderFormat: { weekday: "short" } },
        ...(NARROW.matches ? { timeGridWeek: { columnWidth: "6.5rem" } } : {}),
      },
    };
  }

  /** What is in the days that the calendar shows. */
  async #events({ startStr, endStr }: Calendar.FetchInfo): Promise<Input[]> {
    const from = startStr.slice(0, 10);
    const agenda = await api<Agenda>("GET", `${API}/calendar?from=${from}&days=${between(from, endStr.slice(0, 10))}`);
    for (const day of agenda.days) this.#days.set(day.date, day);
    const talk = ({ id, title, with: other, state, local_start, local_end }: Talk): Input => ({
      id,
      start: local_start,
      end: local_end,
      title: `${other} · ${title}`,
      classNames: ["cal-talk", `cal-${state}`],
      extendedProps: { kind: "talk", state },
    });
    const busy = ({ local_start, local_end }: Agenda["busy"][number], nth: number): Input => ({
      id: `busy/${nth}`,
      start: local_start,
      end: local_end,
      classNames: ["cal-busy"],
      extendedProps: { kind: "busy", state: "busy" },
    });
    return [...agenda.days.flatMap((day) => this.#hours(day)), ...agenda.busy.map(busy), ...agenda.talks.map(talk)];
  }

  #hours({ date, hours }: Day): Input[] {
    // In a month a day's hours are one line.
    if (this.#view === MONTH)
      return hours.slice(0, 1).map(() => ({
        id: date,
        start: date,
        end: later(date, 1),
        allDay: true,
        classNames: ["cal-open"],
        extendedProps: { kind: "open", date, text: written(hours) },
      }));
    const movable = date >= this.#today;
    return hours.map(([from, until], nth) => ({
      id: `${date}/${nth}`,
      start: wall(date, from),
      end: wall(date, until),
      classNames: ["cal-open"],
      startEditable: movable,
      durationEditable: movable,
      extendedProps: { kind: "open", date, nth },
    }));
  }

  #content(event: Calendar.Event, timeText: string): { domNodes: Node[] } {
    const state = String(event.extendedProps["state"] ?? "open");
    const word = this.#words.say(`calendar.state.${state}`);
    const time = String(event.extendedProps["text"] ?? timeText);
    const nodes = [h("span", { class: "num cal-time" }, time), h("span", { class: "cal-word" }, word)];
    if (event.extendedProps["kind"] === "talk") nodes.push(h("span", { class: "cal-title" }, String(event.title)));
    return { domNodes: [this.#body(event, nodes)] };
  }

  /** A talk leads to its page, hours to their form; hours that are over lead nowhere. */
  #body(event: Calendar.Event, nodes: Node[]): HTMLElement {
    const { kind, date } = event.extendedProps;
    const onclick = (press: Event) => {
      if (this.#held) press.preventDefault();
      else if (kind === "open") this.#ask(String(date));
    };
    if (kind === "talk")
      return h("a", { class: "cal-body", href: `/conferences/${event.id}`, draggable: "false", onclick }, ...nodes);
    if (kind === "busy" || String(date) < this.#today) return h("span", { class: "cal-body" }, ...nodes);
    return h("button", { type: "button", class: "cal-body", "aria-haspopup": "dialog", onclick }, ...nodes);
  }

  /** Hours that were drawn out are added to their day's. */
  #draw(startStr: string, endStr: string): void {
    this.#calendar.unselect();
    const drawn = onOneDay(startStr, endStr);
    const day = drawn && this.#days.get(drawn.date);
    if (day) void this.#save([[day, joined([...day.hours, drawn.stretch])]]);
  }

  /** Hours that were moved or stretched: their day, and the one that they came from. */
  #move({ event, revert }: { event: Calendar.Event; revert: () => void }): void {
    const moved = onOneDay(ofDate(event.start), ofDate(event.end));
    const { date, nth } = event.extendedProps as { date: string; nth: number };
    const from = this.#days.get(date);
    const to = moved && this.#days.get(moved.date);
    if (!from || !to) return revert();
    const rest = from.hours.filter((_, at) => at !== nth);
    const changes: [Day, Stretch[]][] =
      from === to ? [[to, joined([...rest, moved.stretch])]] : [[to, joined([...to.hours, moved.stretch])], [from, rest]];
    void this.#save(changes);
  }

  async #save(changes: [Day, Stretch[]][]): Promise<void> {
    const before = changes.map(([{ date, hours, own }]) => ({ date, hours, own }));
    try {
      for (const [{ date }, hours] of changes) await api("PUT", `${API}/hours/${date}`, { hours: written(hours) });
      this.#tell(changes.map(([day]) => day.date), async () => {
        for (const { date, hours, own } of before)
          await (own ? api("PUT", `${API}/hours/${date}`, { hours: written(hours) }) : api("DELETE", `${API}/hours/${date}`));
      });
    } catch (error) {
      this.#fail(error);
    }
    this.#calendar.refetchEvents();
  }

  #tell(dates: string[], undo: () => Promise<void>): void {
    const run = () => void undo().catch((error: unknown) => this.#fail(error)).then(() => this.#calendar.refetchEvents());
    const day = this.#named(dates[0] ?? "");
    toast({
      text: this.#words.say("calendar.script.saved", { day }),
      tone: "success",
      id: "hours",
      close: this.#words.say("toast.close"),
      action: { label: this.#words.say("calendar.script.undo"), run },
    });
  }

  #fail(error: unknown): void {
    const text = (error instanceof ApiError && error.message) || this.#words.say("calendar.script.failed");
    toast({ text, tone: "error", id: "hours", stays: true, close: this.#words.say("toast.close") });
  }

  #named(date: string): string {
    const format = new Intl.DateTimeFormat(this.#words.locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
    return format.format(new Date(`${date}T00:00:00Z`));
  }

  /** A day's hours as a form. */
  #ask(date: string): void {
    const day = this.#days.get(date);
    if (!day) return;
    this.#dialog.dataset["date"] = date;
    find<HTMLElement>("[data-day-name]", this.#dialog).textContent = this.#named(date);
    find<HTMLInputElement>("[name=hours]", this.#dialog).value = written(day.hours);
    find<HTMLElement>("[data-day-week]", this.#dialog).hidden = !day.own;
    this.#wrong("");
    this.#dialog.showModal();
  }

  #form(): void {
    const input = find<HTMLInputElement>("[name=hours]", this.#dialog);
    const send = async (change: (date: string) => Promise<unknown>) => {
      const date = this.#dialog.dataset["date"] ?? "";
      try {
        await change(date);
      } catch (error) {
        return this.#wrong((error instanceof ApiError && error.message) || this.#words.say("calendar.script.failed"));
      }
      this.#dialog.close();
      this.#calendar.refetchEvents();
    };
    const put = (hours: string) => (date: string) => api("PUT", `${API}/hours/${date}`, { hours });
    find<HTMLFormElement>("form", this.#dialog).addEventListener("submit", (event) => {
      event.preventDefault();
      // The form of the page that waits for an answer is marked as busy by the page.
      event.stopPropagation();
      void send(put(input.value));
    });
    find("[data-day-off]", this.#dialog).addEventListener("click", () => void send(put("")));
    find("[data-day-week]", this.#dialog).addEventListener("click", () => void send((date) => api("DELETE", `${API}/hours/${date}`)));
    find("[data-day-close]", this.#dialog).addEventListener("click", () => this.#dialog.close());
  }

  #wrong(text: string): void {
    const wrong = find<HTMLElement>("[data-day-wrong]", this.#dialog);
    [wrong.textContent, wrong.hidden] = [text, text === ""];
    find("[name=hours]", this.#dialog).setAttribute("aria-invalid", String(text !== ""));
  }

  #show(view: string, date?: string): void {
    this.#view = view;
    if (date) this.#calendar.setOption("date", date);
    this.#calendar.setOption("view", view);
    for (const button of document.querySelectorAll<HTMLElement>("[data-calendar-view]"))
      button.setAttribute("aria-pressed", String(button.dataset["calendarView"] === view));
  }

  #buttons(): void {
    for (const button of document.querySelectorAll<HTMLElement>("[data-calendar-view]"))
      button.addEventListener("click", () => this.#show(button.dataset["calendarView"] ?? MONTH));
    const go = (name: string, run: () => void) => find(`[data-calendar-go=${name}]`).addEventListener("click", run);
    go("earlier", () => this.#calendar.prev());
    go("later", () => this.#calendar.next());
    go("today", () => this.#calendar.setOption("date", this.#today));
    this.#show(this.#view);
  }
}

const target = document.querySelector<HTMLElement>("[data-calendar]");
const config = dataBlock<Config>("calendar-config");
if (target && config) {
  for (const part of document.querySelectorAll<HTMLElement>("[data-calendar-drawn]")) part.hidden = false;
  for (const part of document.querySelectorAll<HTMLElement>("[data-calendar-list]")) part.hidden = true;
  new Page(target, config);
}
