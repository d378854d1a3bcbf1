/** What the template's buttons do, by their `data-do`. */
import { api, ApiError } from "./api";
import { openDialog } from "./dialogs";
import type { Room } from "./room";
import { testSound } from "./sounds";

type Action = (room: Room, button: HTMLElement) => unknown;

const answer =
  (how: "accept" | "reject" | "cancel"): Action =>
  (room) =>
    room.attempt(async () => {
      await api("POST", `/api/v1/calls/${room.config.call_id}/${how}`);
      await room.fetchCall();
    });

/** Leaves the dialog that the button is in, if it is in one. */
const leaveDialog = (button: HTMLElement) => button.closest("dialog")?.close();

const ACTIONS: Record<string, Action> = {
  accept: answer("accept"),
  reject: answer("reject"),
  cancel: answer("cancel"),
  connect: (room) => room.attempt(() => room.link.ask({ type: "connect" })),
  leave: (room) => room.end(),
  end: () => openDialog("dialog-end"),
  "end-now": (room) => room.end(),
  ack: (room) => room.acknowledge(),
  mic: (room) => room.local.set("audio", !(room.local.audio.on && room.local.audio.track)),
  camera: (room) => room.local.set("video", !(room.local.video.on && room.local.video.track)),
  "retry-mic": (room) => room.local.set("audio", true),
  "retry-camera": (room) => room.local.set("video", true),
  devices: () => openDialog("dialog-devices"),
  people: (room, button) => {
    leaveDialog(button);
    room.company.guests.open();
    void room.company.legs.then((legs) => legs.opened());
  },
  flip: (room) => room.local.flip(),
  share,
  "retry-picture": (room) => room.adaption.retry(),
  keys: () => openDialog("dialog-keys"),
  "test-sound": testSound,
  hear: (room) => room.hear(),
  chat: (room) => room.toggleChat(),
  "add-credit": (room) => room.addCredit(),
  extend: (room) => room.extensions.open(room.config.role === "buyer" ? "own" : "rate"),
  "extend-custom": (room, button) => {
    leaveDialog(button);
    room.extensions.open("custom");
  },
  "captions-write": (room, button) => {
    leaveDialog(button);
    room.company.captions.toggleWriting();
  },
  "captions-show": (room, button) => {
    leaveDialog(button);
    room.company.captions.toggleShown();
  },
  "mail-chat": mailChat,
  more: () => openDialog("dialog-more"),
  report: (_, button) => {
    leaveDialog(button);
    openDialog("dialog-report");
  },
  "extend-yes": (room) => room.extensions.accept(),
  "extend-no": (room) => room.extensions.decline(),
  record: (room, button) => {
    leaveDialog(button);
    return room.recording.press();
  },
  "leg-yes": (room) => room.company.legs.then((legs) => legs.agree()),
  "leg-no": (room) => room.company.legs.then((legs) => legs.refuse()),
  "record-stop": (room) => room.recording.stop(),
  "record-yes": (room) => room.recording.answer(true),
  "record-no": (room) => room.recording.answer(false),
  fullscreen: (room) => room.toggleFullscreen(),
  pip: (room) => room.togglePip(),
  "take-over": (room) => room.link.takeOver(),
  "close-dialog": (_, button) => leaveDialog(button),
};

/** Shows one's screen, or stops to. */
async function share(room: Room): Promise<void> {
  if (room.local.presents) return room.local.stopPresenting();
  try {
    await room.local.present();
  } catch {
    room.tell({ text: room.say("media.share_failed"), tone: "error" });
  }
}

/** What was said, by mail to oneself. */
async function mailChat(room: Room): Promise<void> {
  try {
    await api("POST", `/api/v1/calls/${room.config.call_id}/chat/mail`);
    room.tell({ id: "mailed", text: room.say("chat.mailed"), tone: "success" });
  } catch (problem) {
    room.tell({ id: "mailed", text: (problem instanceof ApiError && problem.message) || room.say("failed"), tone: "warning" });
  }
}

/** Listens for all buttons at once. */
export function bindActions(room: Room): void {
  room.root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
    if (button) ACTIONS[button.dataset["do"] ?? ""]?.(room, button);
  });
}
