/** Visitors of one's private rooms, wherever a page of one's own is open: they knock, or are in already. */
import type { ServerMessage } from "./protocol";
import { type Incoming, IncomingRing } from "./ring";
import type { Socket } from "./socket";
import { toast } from "./toast";
import type { Words } from "./words";

type Knock = Extract<ServerMessage, { type: "knock" }>;
type Entered = Extract<ServerMessage, { type: "entered" }>;

export function visitors(socket: Socket, words: Words): void {
  const shown = new Map<string, Incoming>();
  const admitted = new Set<string>();

  const show = (incoming: Incoming, accepted: () => void) => {
    const known = shown.get(incoming.id);
    // Told again while they wait.
    if (known) return void (known.untilMs = incoming.untilMs);
    const dialog = new IncomingRing(incoming, words, socket.clock, (how) => how === "accept" && accepted());
    shown.set(incoming.id, incoming);
    // Whoever comes back is shown again.
    void dialog.over.then(() => shown.delete(incoming.id));
    dialog.show();
  };
  socket.on("knock", (knock) => show(knocking(knock, words), () => admitted.add(knock.visit)));
  socket.on("entered", (entered) => {
    const page = `/calls/${entered.call}`;
    if (location.pathname === page) return;
    if (admitted.has(entered.visit)) location.assign(page);
    else show(inside(entered, words), () => location.assign(page));
  });
  socket.on("room_locked", ({ room_title }) =>
    toast({ text: words.say("ring.room_locked", { room: room_title }), id: "room-locked", tone: "warning", stays: true, close: words.say("toast.close") }),
  );
}

function knocking(knock: Knock, words: Words): Incoming {
  const visit = `/api/v1/private-rooms/visits/${knock.visit}`;
  return {
    ...visitor(knock, words, "knocks"),
    id: knock.visit,
    accept: [`${visit}/admit`],
    reject: [`${visit}/refuse`],
    labels: [words.say("ring.admit"), words.say("ring.refuse")],
  };
}

function inside(entered: Entered, words: Words): Incoming {
  return {
    ...visitor(entered, words, "entered"),
    id: entered.call,
    accept: null,
    reject: [`/api/v1/calls/${entered.call}/cancel`],
    labels: [words.say("ring.join"), words.say("ring.refuse")],
  };
}

function visitor(at: Knock | Entered, words: Words, what: "knocks" | "entered") {
  return {
    name: at.name,
    service: at.room_title,
    untilMs: at.until_ms,
    kicker: words.say(`ring.${what}`),
    note: words.say(`ring.${what}_note`),
    title: words.say("ring.visit_title", { name: at.name }),
    quiet: true,
  };
}
