/** What this page and the control plane say on `/ws`; mirrors `media/protocol/src/signaling.rs`. */
import type { types } from "mediasoup-client";

/** Longest chat message, in characters. */
export const MAX_CHAT_CHARS = 2_000;

export type MediaKind = "audio" | "video";
/** Where what is sent comes from. */
export type MediaSource = "camera" | "microphone" | "screen" | "screen_sound";
export type CallRole = "buyer" | "seller";
/** As what somebody is in the room: the two whom the call is between, or asked in. */
export type RoomRole = CallRole | "interpreter" | "representative" | "specialist" | "visitor";

export interface PersonView {
  id: string;
  role: RoomRole;
  name: string;
  /** Their id among producers' owners, while they are there. */
  peer: string | null;
  /** Guests: the place that they were asked to. */
  guest?: string;
  /** Guests: who asked them in, and may show them out as the buyer may. */
  asked_by?: string;
  /** Guests: the buyer hasn't let them in yet. */
  waiting: boolean;
  /** What an interpreter speaks. */
  languages?: string[];
  /** On which language's channel they speak right now. */
  speaks?: string;
}
export type CallPhase = "ringing" | "pre_check" | "connecting" | "live" | "suspended" | "settling" | "ended";
export type SuspendReason = "credit" | "connection";
export type EndReason =
  | "rejected"
  | "missed"
  | "busy"
  | "cancelled"
  | "buyer_ended"
  | "seller_ended"
  | "out_of_credit"
  | "buyer_lost"
  | "seller_lost"
  | "both_lost"
  | "staff_ended"
  | "call_over";

/** A call as one of its people sees it. Amounts are minor units, instants milliseconds on the server's clock. */
export interface CallView {
  id: string;
  role: RoomRole;
  phase: CallPhase;
  suspended: SuspendReason | null;
  ended: EndReason | null;
  /** What the staff who ended it said. */
  ended_because?: string;
  until_ms: number | null;
  /** It rings for the reader; the other one called. */
  rung: boolean;
  /** The time is paid for already. */
  prepaid: boolean;
  /** Nothing is charged; it begins when both are there. */
  free?: boolean;
  other: { name: string; present: boolean; connected: boolean };
  you_connected: boolean;
  service_title: string;
  currency: string;
  rate_minor: number;
  charged_minor: number;
  billable_ms: number;
  remaining_ms: number | null;
  running: boolean;
  available_minor: number | null;
  server_now_ms: number;
}

/** A third person who pays or is paid, as one of the two sees it between whom that is. */
export interface LegView {
  id: string;
  /** The third person. */
  person: string;
  name: string;
  role: RoomRole;
  /** The place that they are asked to. */
  guest: string;
  you_pay: boolean;
  phase: CallPhase;
  suspended: SuspendReason | null;
  ended: EndReason | null;
  until_ms: number | null;
  currency: string;
  rate_minor: number;
  charged_minor: number;
  remaining_ms: number | null;
  running: boolean;
  /** What must be in the wallet for it to start, if that isn't there. */
  needed_minor?: number;
  server_now_ms: number;
}

/** Whom the seller would bring in. */
export interface ProposedLeg {
  service: string;
  name: string;
  service_title: string;
  role: RoomRole;
  languages?: string[];
  rate_minor: number;
  /** The unit in which time is charged, seconds. */
  increment_s: number;
  minimum_s: number;
  /** What is reserved at the start. */
  opening_minor: number;
  currency: string;
  asked_by: string;
}

/** More time that the seller asked for. */
export interface ExtensionView {
  id: string;
  call: string;
  minutes: number;
  price_minor: number;
  currency: string;
  state: "asked" | "declined" | "paying" | "paid" | "failed" | "lapsed";
  until_ms: number | null;
  server_now_ms: number;
}

/** The call's recording, as one of its people sees it. */
export interface RecordingView {
  id: string;
  state: "asked" | "recording" | "held" | "ended";
  /** None where the marketplace asks in every call. */
  asked_by: string | null;
  by_you: boolean;
  you_agreed: boolean;
  agreed: string[];
  waits_for: string[];
  since_ms: number | null;
  ending: "declined" | "stopped" | "withdrawn" | "call_over" | "disk_full" | "failed" | null;
  /** What is agreed to, word for word. */
  texts: { version: string; language: string; text: string }[];
  server_now_ms: number;
}

export interface ChatLine {
  id: string;
  from: RoomRole;
  /** Who said it: several may be of one role. */
  person: string;
  name: string;
  text: string;
  at_ms: number;
  file?: ChatFile;
}

export interface ChatFile {
  /** Empty once it was taken away, and then there is no address. */
  name: string;
  media_type: string;
  bytes: number;
  url?: string;
  image?: { url: string; width: number; height: number };
}

/** How far somebody has read. */
export interface ReadMark {
  up_to_ms: number;
  at_ms: number;
}

export interface ProducerInfo {
  producer: string;
  peer: string;
  kind: MediaKind;
  source: MediaSource;
  paused: boolean;
}

export interface TransportInfo {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
}

export interface ConsumerInfo {
  id: string;
  producerId: string;
  kind: MediaKind;
  rtpParameters: types.RtpParameters;
}

/** A relay, with credentials that expire in minutes. */
export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

/** A room for oneself, to find out what the connection carries. */
export interface Checking {
  epoch: number;
  caps: types.RtpCapabilities;
  send: TransportInfo;
  recv: TransportInfo;
  ice_servers: IceServer[];
}

export interface Joined {
  epoch: number;
  peer: string;
  call: CallView;
  caps: types.RtpCapabilities;
  send: TransportInfo;
  recv: TransportInfo;
  people: PersonView[];
  producers: ProducerInfo[];
  ice_servers: IceServer[];
  chat: ChatLine[];
  read?: ReadMark;
  may_record: boolean;
  recording?: RecordingView | null;
  legs?: LegView[];
  proposed?: ProposedLeg | null;
}

/** Requests inside a call, without the epoch that the link adds. */
export type CallRequest =
  | { type: "connect_transport"; transport: string; dtls: types.DtlsParameters }
  | { type: "produce"; transport: string; kind: MediaKind; source: MediaSource; rtp: types.RtpParameters; paused: boolean }
  | { type: "pause_producer"; producer: string; paused: boolean }
  | { type: "close_producer"; producer: string }
  | { type: "consume"; producers: string[]; caps: types.RtpCapabilities }
  | { type: "prefer_layers"; producer: string; layer: number | null }
  | { type: "restart_ice"; transport: string }
  | { type: "connect" }
  | { type: "end" }
  | { type: "speak"; language: string | null }
  | { type: "chat"; line: string; text: string }
  | { type: "read"; up_to: string }
  | { type: "typing"; on: boolean }
  | { type: "caption"; text: string }
  | { type: "ask_recording" }
  | { type: "answer_recording"; recording: string; consent: boolean; text_version: string }
  | { type: "stop_recording" };

export type ClientRequest = { type: "ping" } | { type: "check" } | { type: "join"; call: string } | (CallRequest & { epoch: number });

/** What each request is answered with. */
export interface Replies {
  ping: null;
  join: Joined;
  check: Checking;
  connect_transport: null;
  produce: { producer: string };
  pause_producer: null;
  close_producer: null;
  consume: { consumers: ConsumerInfo[] };
  prefer_layers: null;
  restart_ice: { ice: types.IceParameters; ice_servers: IceServer[] };
  connect: null;
  end: null;
  speak: null;
  chat: null;
  read: null;
  typing: null;
  caption: null;
  ask_recording: null;
  answer_recording: null;
  stop_recording: null;
}

export interface Problem {
  code: string;
  message: string;
}

export type ServerMessage =
  | { type: "hello"; server_now_ms: number }
  | { type: "reply"; id: number; ok?: unknown; error?: Problem }
  | {
      type: "ring";
      call: string;
      caller_name: string;
      caller_rating?: { average_tenths: number; count: number };
      service_title: string;
      into_call: boolean;
      until_ms: number;
      server_now_ms: number;
    }
  | {
      type: "asked";
      order: string;
      round: number;
      caller_name: string;
      service_title: string;
      length_min: number;
      price_minor: number;
      currency: string;
      until_ms: number;
      server_now_ms: number;
    }
  | { type: "begun"; call: string; order: string }
  | { type: "knock"; visit: string; name: string; room_title: string; until_ms: number; server_now_ms: number }
  | { type: "entered"; call: string; visit: string; name: string; room_title: string; until_ms: number; server_now_ms: number }
  | { type: "room_locked"; room_title: string }
  | { type: "ring_ended"; call: string; outcome: EndReason | "accepted" }
  | { type: "call"; call: CallView }
  | { type: "producer"; producer: ProducerInfo }
  | { type: "producer_paused"; producer: string; paused: boolean }
  | { type: "producer_closed"; producer: string }
  | { type: "layers"; producer: string; score: number; layer: number | null }
  | { type: "people"; people: PersonView[] }
  | { type: "shown_out" }
  | { type: "leg"; leg: LegView }
  | { type: "leg_warning"; leg: string; minutes_left: number }
  | { type: "leg_proposed"; proposed: ProposedLeg | null }
  | { type: "leg_declined"; name: string }
  | { type: "media_reset" }
  | { type: "replaced" }
  | { type: "chat"; line: ChatLine }
  | { type: "read"; mark: ReadMark }
  | { type: "caption"; person: string; language?: string; text: string }
  | { type: "typing"; person: string; on: boolean }
  | { type: "warning"; minutes_left: number }
  | { type: "credit_short"; needed_minor: number }
  | { type: "quality"; own: number | null; other: number | null }
  | { type: "wallet"; available_minor: number; currency: string }
  | { type: "recording"; recording: RecordingView }
  | { type: "extension"; extension: ExtensionView }
  | { type: "tipped"; from_name: string; amount_minor: number; currency: string; gift?: "flower" | "coffee" | "cake" | "bouquet" }
  | { type: "notifications"; unread: number; link?: string }
  | { type: "closing"; reason: string };

export type AskedMessage = Extract<ServerMessage, { type: "asked" }>;
export type RingMessage = Extract<ServerMessage, { type: "ring" }>;
