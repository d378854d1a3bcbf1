/** Everything the room's faces are made of. Changed by the controller, read by `view`. */
import type { RoomConfig } from "./config";
import type { LinkState } from "./link";
import type { Step } from "./media/adapt";
import type { LocalMedia } from "./media/local";
import type { Flow } from "./media/remote";
import type { CallView, RoomRole } from "./protocol";
import type { Words } from "./words";

export interface RoomState {
  readonly config: RoomConfig;
  readonly words: Words;
  readonly local: LocalMedia;
  call: CallView | null;
  link: LinkState;
  /** When we dropped out of a call that wants us, on the server's clock. */
  lostSince: number | null;
  /** We were in the call on this page before. */
  wasIn: boolean;
  /** Packets flow as far as the browser can tell. */
  flowing: boolean;
  signedOut: boolean;
  /** A guest whom the buyer hasn't let in yet. */
  admission: boolean;
  /** A guest who was shown out. */
  shownOut: boolean;
  /** Languages to listen to, and to speak on. */
  channels: { listen: boolean; speak: boolean };
  /** The browser can't do calls. */
  unsupported: boolean;
  /** An answer to a button is awaited. */
  busy: boolean;
  /** What went wrong with the last button. */
  problem: string;
  /** What the start costs, when the wallet didn't cover it. */
  creditShort: number | null;
  /** This page ended the call: no need to be told. */
  endedHere: boolean;
  acknowledged: boolean;
  other: { video: Flow; audio: Flow; screen: boolean; typing: string };
  /** How much picture the line carries, in and out. */
  receives: Step;
  sends: Step;
  /** The browser wants a tap before it plays sound. */
  blocked: boolean;
  quality: { own: number | null; other: number | null };
  chatOpen: boolean;
  unread: number;
  fullscreen: boolean;
  pip: boolean;
}

export function initialState(config: RoomConfig, words: Words, local: LocalMedia): RoomState {
  return {
    config,
    words,
    local,
    call: null,
    link: "out",
    lostSince: null,
    wasIn: false,
    flowing: true,
    signedOut: false,
    admission: false,
    shownOut: false,
    channels: { listen: false, speak: false },
    unsupported: false,
    busy: false,
    problem: "",
    creditShort: null,
    endedHere: false,
    acknowledged: false,
    other: { video: "none", audio: "none", screen: false, typing: "" },
    receives: "full",
    sends: "full",
    blocked: false,
    quality: { own: null, other: null },
    chatOpen: false,
    unread: 0,
    fullscreen: false,
    pip: false,
  };
}

export type Face =
  | "loading"
  | "ringing"
  | "pre_check"
  | "connecting"
  | "live"
  | "suspended_credit"
  | "suspended_connection"
  | "reconnecting"
  | "replaced"
  | "admission"
  | "shown_out"
  | "signed_out"
  | "ended"
  | "summary";

/** A short gap isn't worth a face. */
const GAP_MS = 900;

/** Whether the call wants its people in the room. */
export function wantsPeople(call: CallView | null): boolean {
  return !!call && ["pre_check", "connecting", "live", "suspended"].includes(call.phase);
}

/** Neither pays nor is paid. */
export function isGuest(role: RoomRole): boolean {
  return role !== "buyer" && role !== "seller";
}

/** Whether it ended before anything could be charged. */
export function neverStarted(call: CallView): boolean {
  return call.ended !== null && ["rejected", "missed", "busy", "cancelled"].includes(call.ended);
}

export function faceOf(state: RoomState, now: number): Face {
  const { call } = state;
  if (call && (call.phase === "settling" || call.phase === "ended")) {
    const told = state.acknowledged || state.endedHere;
    return neverStarted(call) || isGuest(call.role) || !told ? "ended" : "summary";
  }
  if (state.signedOut) return "signed_out";
  if (!call) return "loading";
  if (state.shownOut) return "shown_out";
  if (state.admission) return "admission";
  if (state.link === "replaced") return "replaced";
  if (wantsPeople(call) && state.wasIn && state.lostSince !== null && now - state.lostSince > GAP_MS) return "reconnecting";
  if (call.phase === "suspended") return call.suspended === "credit" ? "suspended_credit" : "suspended_connection";
  return call.phase as Face;
}

/** How the page is laid out: card in the middle, pictures beside a panel, or picture full. */
export function layoutOf(face: Face, call: CallView | null): "card" | "check" | "live" {
  if (["loading", "replaced", "admission", "shown_out", "signed_out", "ended", "summary"].includes(face)) return "card";
  if (["ringing", "pre_check", "connecting"].includes(face)) return "check";
  return call?.phase === "live" || call?.phase === "suspended" ? "live" : "check";
}

/** Time still paid for, counted on from the server's last word. */
export function remainingMs(call: CallView, now: number): number | null {
  if (call.remaining_ms === null) return null;
  return Math.max(0, call.remaining_ms - (call.running ? now - call.server_now_ms : 0));
}
