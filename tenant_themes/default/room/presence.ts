/**
 * Entry of every logged-in page: keeps the person's one socket open, which is what makes them reachable, and shows
 * incoming calls. Words come from the data block `presence-config`; without it (nobody is logged in) nothing happens.
 */
import "./presence.css";
import { ring } from "../page/bell";
import { pushes } from "../page/push";
import { api } from "./api";
import { dataBlock } from "./dom";
import { money } from "./format";
import type { ServerMessage } from "./protocol";
import { callOf, type Incoming, IncomingRing, requestOf } from "./ring";
import { pageSocket, type Socket } from "./socket";
import { sayKept, toast } from "./toast";
import { visitors } from "./visitors";
import { type Entry, Words } from "./words";

interface PresenceConfig {
  locale: string;
  words: Record<string, Entry>;
}

function start(config: PresenceConfig): void {
  const words = new Words(config.locale, config.words);
  const socket = pageSocket();
  let current: IncomingRing | null = null;
  sayKept(words.say("toast.close"));

  const show = (incoming: Incoming, page: string) => {
    if (current?.ring.id === incoming.id || location.pathname === page) return;
    current?.close();
    current = new IncomingRing(incoming, words, socket.clock, (how) => {
      current = null;
      if (how === "accept") location.assign(page);
    });
    current.show();
  };
  // The room's own page shows a ring of its call itself, and an order's what it asks for.
  socket.on("ring", (message) => show(callOf(message, words), `/calls/${message.call}`));
  socket.on("asked", (message) => show(requestOf(message, words), `/conferences/${message.order}`));
  socket.on("ring_ended", (ended) => {
    if (current?.ring.id !== ended.call) return;
    const name = current.ring.name;
    current.close();
    current = null;
    tellOutcome(words, ended, name);
  });
  socket.on("begun", ({ call, order }) => {
    const page = `/calls/${call}`;
    if (location.pathname === `/conferences/${order}`) return location.assign(page);
    if (location.pathname === page) return;
    const action = { label: words.say("ring.join"), run: () => location.assign(page) };
    toast({ text: words.say("ring.begun"), id: `begun-${call}`, stays: true, action, close: words.say("toast.close") });
  });
  visitors(socket, words);
  socket.on("notifications", ({ unread, link }) => {
    ring(unread);
    if (!link) return;
    // Whoever asked has taken it back, or their time ran out: news of what was asked for comes with the asking, too.
    const notice = current;
    if (notice && link === `/conferences/${notice.ring.id}`)
      void isWaiting(notice.ring.id).then((waits) => {
        if (waits) return;
        notice.close();
        if (current === notice) current = null;
      });
    if (link === location.pathname) document.body.dispatchEvent(new Event("news"));
  });
  socket.on("wallet", (wallet) => showBalance(wallet, words.locale));
  document.addEventListener("click", (event) => {
    const asks = event.target instanceof Element && event.target.closest("[data-ask-notifications]");
    if (asks && "Notification" in window && Notification.permission === "default") void Notification.requestPermission();
  });
  tellState(socket);
}

/** Whether an order's request still waits for an answer; it does as long as nobody knows better. */
async function isWaiting(order: string): Promise<boolean> {
  return api<{ state: string }>("GET", `/api/v1/bookings/${order}`).then(
    ({ state }) => state === "asked",
    () => true,
  );
}

function tellOutcome(words: Words, ended: Extract<ServerMessage, { type: "ring_ended" }>, name: string): void {
  const text = words.say(`ring.ended.${ended.outcome}`, { name });
  toast({ text, id: `ring-${ended.call}`, stays: ended.outcome === "missed", close: words.say("toast.close") });
}

/** Keeps any balance on the page true: `<span data-wallet-balance>`. */
function showBalance(wallet: Extract<ServerMessage, { type: "wallet" }>, locale: string): void {
  for (const element of document.querySelectorAll("[data-wallet-balance]"))
    element.textContent = money(wallet.available_minor, wallet.currency, locale);
}

/** For styles and tests: whether this person can be reached now. */
function tellState(socket: Socket): void {
  const tell = () => (document.documentElement.dataset["presence"] = socket.state);
  socket.on("state", tell);
  tell();
}

const config = dataBlock<PresenceConfig>("presence-config");
pushes(config !== null);
if (config) start(config);
