/** What the server writes into the room's page, as the data block `room-config`. */
import type { CallView, ExtensionView, LegView, ProposedLeg, RoomRole } from "./protocol";
import type { Entry } from "./words";

/** How time is charged, for the sentence that says so; named as in the policy. */
export interface BillingTerms {
  increment: { kind: "second" | "minute" | "block"; seconds?: number };
  minimum_s: number;
  grace_s: number;
}

/** Whether one agrees to be shown in lists, and to which text. */
export interface SnapshotTerms {
  agreed: boolean;
  text_version: string;
}

export interface RoomPage {
  /** BCP 47, for amounts, times and plurals. */
  locale: string;
  /** The words below `room`, without that prefix. */
  words: Record<string, Entry>;
  room: RoomConfig;
}

export interface RoomConfig {
  /** The call's id. */
  call_id: string;
  role: RoomRole;
  /** The other person's id. */
  other_id: string;
  /** The call as `GET /api/v1/calls/{id}` gives it; fetched when absent. */
  call?: CallView | null;
  /** More time that was asked for and waits for the buyer. */
  extension?: ExtensionView | null;
  /** One can report who is there, and leave. */
  may_report: boolean;
  /** One can have what was said mailed. */
  may_mail: boolean;
  /** Providers can be brought in, whom the buyer pays. */
  may_bring_in: boolean;
  /** It rings into another call: whoever says yes is led there. */
  into_call: boolean;
  /** As in `Joined`, for a page that joins nothing. */
  legs: LegView[];
  proposed?: ProposedLeg | null;
  /** Offered when adding credit, minor units of the call's currency. */
  top_up_amounts: number[];
  terms?: BillingTerms | null;
  /** Of a seller whom lists may show while they are live. */
  snapshots?: SnapshotTerms | null;
  /** The other's picture, if there is one. */
  other_photo?: string | null;
  urls: {
    /** The bill; a guest has none. */
    bill: string | null;
    /** Where to go when there is nothing more to do here: the other's profile, or one's calls. */
    back: string;
    /** Where a tip is given: for whoever has an account, but the seller. */
    tip?: string | null;
    login: string;
  };
}
