/** "Leave and report": what happened goes to those who run the place, and the call is over. */
import { api, ApiError } from "./api";
import { find } from "./dom";
import type { Room } from "./room";

export function reportForm(room: Room): void {
  const form = find<HTMLFormElement>("#report-form", room.root);
  room.root.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-do=report]")) offer(room);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(room, form);
  });
}

/** Of several people one is chosen, whoever has gone among them. */
function offer(room: Room): void {
  const { other_id } = room.config;
  const others = [...room.company.guests.met];
  const isPlain = others.every(([id]) => id === other_id);
  find<HTMLElement>("#report-whom", room.root).hidden = isPlain;
  const options = others.map(([id, name]) => new Option(name, id, id === other_id, id === other_id));
  find<HTMLSelectElement>("#report-whom select", room.root).replaceChildren(...(isPlain ? [] : options));
}

async function send(room: Room, form: HTMLFormElement): Promise<void> {
  const typed = new FormData(form);
  const fault = String(typed.get("fault") ?? "");
  const problem = find<HTMLElement>("#report-problem", form);
  const wrong = (text: string) => {
    problem.hidden = text === "";
    find("p", problem).textContent = text;
  };
  wrong("");
  try {
    if (fault === "") return wrong(room.say("report.choose"));
    const person = `/api/v1/people/${String(typed.get("person") || room.config.other_id)}`;
    await api("POST", `${person}/reports`, { fault, text: String(typed.get("words") ?? "") }).catch(unlessKnown);
    if (typed.get("block")) await api("PUT", `${person}/block`);
    find<HTMLDialogElement>("#dialog-report", room.root).close();
    const said = room.say(typed.get("block") ? "report.done_blocked" : "report.done");
    await room.end(said);
    room.tell({ text: said, tone: "success", stays: true });
  } catch (error) {
    wrong((error instanceof ApiError && error.message) || room.say("failed"));
  } finally {
    find("button[type=submit]", form).removeAttribute("aria-busy");
  }
}

/** Who has reported the same person today has said it already. */
function unlessKnown(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== "already_reported") throw error;
}
