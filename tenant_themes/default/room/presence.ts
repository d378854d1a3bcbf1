/**
 * Entry of every logged-in page: keeps the person's one socket open, which is what makes them reachable, and shows
 * incoming calls. Words come from the data block `presence-config`; without it (nobody is logged in) nothing happens.
 */
import "./presence.css";
import { ring } from "../page/bell";
import { pushes } from "../page/push";
import { dataBlock } from "./dom";
import { money } from "./format";
import type { ServerMessage } from "./protocol";
import { IncomingRing } from "./ring";
import { pageSocket, type Socket } from "./socket";
import { toast } from "./toast";
import { type Entry, Words } from "./words";

interface PresenceConfig {
  locale: string;
  words: Record<string, Entry>;
}

function start(config: PresenceConfig): void {
  const words = new Words(config.locale, config.words);
  const socket = pageSocket();
  let current: IncomingRing | null = null;

  socket.on("ring", (ring) => {
    if (current?.ring.call === ring.call || isThisPage(ring.call)) return;
    current?.close();
    current = new IncomingRing(ring, words, socket.clock, (how) => {
      current = null;
      if (how === "accept") location.assign(`/calls/${ring.call}`);
    });
    current.show();
  });
  socket.on("ring_ended", (ended) => {
    if (current?.ring.call !== ended.call) return;
    const name = current.ring.caller_name;
    current.close();
    current = null;
    tellOutcome(words, ended, name);
  });
  socket.on("notifications", ({ unread }) => ring(unread));
  socket.on("wallet", (wallet) => showBalance(wallet, words.locale));
  document.addEventListener("click", (event) => {
    const asks = event.target instanceof Element && event.target.closest("[data-ask-notifications]");
    if (asks && "Notification" in window && Notification.permission === "default") void Notification.requestPermission();
  });
  tellState(socket);
}

/** The room's own page shows a ring of its call itself. */
function isThisPage(call: string): boolean {
  return location.pathname === `/calls/${call}`;
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
