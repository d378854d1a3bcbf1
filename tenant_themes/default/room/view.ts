/** From the room's state to what its template shows. Pure: the same state and time give the same page. */
import type { View } from "./dom";
import { clockTime, initials, money } from "./format";
import type { CallView } from "./protocol";
import { canChooseSpeaker } from "./media/devices";
import { type Face, faceOf, isGuest, layoutOf, neverStarted, remainingMs, type RoomState } from "./state";
import type { Vars } from "./words";

/** At this much time left it is told in red. */
const LOW_MS = 120_000;

type Say = (key: string, vars?: Vars) => string;

export function view(state: RoomState, now: number): View {
  const face = faceOf(state, now);
  const { call, words, config } = state;
  const name = call?.other.name ?? "";
  const say: Say = (key, vars = {}) => words.say(key, { name, service: call?.service_title ?? "", ...vars });
  const buyer = config.role === "buyer";
  const base: View = {
    face,
    phase: call?.phase ?? "loading",
    layout: layoutOf(face, call),
    role: config.role,
    [face]: true,
    buyer,
    seller: config.role === "seller",
    charged_shown: !isGuest(config.role) && !call?.free,
    may_invite: !isGuest(config.role),
    may_bring_in: config.may_bring_in && !isGuest(config.role),
    may_report: config.may_report,
    may_mail: config.may_mail,
    report_text: say(isGuest(config.role) ? "report.text_guest" : "report.text"),
    may_not_invite: isGuest(config.role),
    invite_text: say(buyer || call?.free ? "people.invite_text" : "people.invite_text_seller"),
    can_listen: state.channels.listen && !state.channels.speak,
    can_speak: state.channels.speak,
    name,
    letters: initials(name),
    service: call?.service_title ?? "",
    problem: state.problem,
    busy: state.busy,
    ...pictures(state, face, say),
    ...own(state, say),
    ...signal(state, say),
    ...chat(state, say),
    ...media(state, say),
    photo: config.other_photo ?? false,
    no_photo: !config.other_photo,
    bill_url: config.urls.bill ?? false,
    back_url: config.urls.back,
    login_url: config.urls.login,
    can_choose_speaker: canChooseSpeaker(),
    cannot_choose_speaker: !canChooseSpeaker(),
    self_tab: layoutOf(face, call) === "live" && "0",
    failed: face === "loading" && state.problem !== "",
    opening_call: face === "loading" && state.problem === "",
    may_set_up: ["ringing", "pre_check", "connecting"].includes(face) && !(face === "ringing" && call?.rung),
    signal_shown: face === "pre_check" || face === "connecting",
    // A private room's visitor waits for the host; other guests come to a talk that goes on.
    who_shown: (!isGuest(config.role) || config.role === "visitor") && (face === "pre_check" || face === "connecting"),
  };
  if (!call) return base;
  const phaseLeft = call.until_ms === null ? "" : clockTime(call.until_ms - now, "up");
  const standing = paused(state, call, phaseLeft, say);
  return {
    ...base,
    rate: !isGuest(config.role) && !call.free && say("per_minute", { price: money(call.rate_minor, call.currency, words.locale) }),
    ...check(state, call, phaseLeft, say),
    ...live(state, call, face, now, say),
    ...standing,
    announce: announcement(face, call, standing, say),
    ...over(state, call, say),
  };
}

/** What a screen reader is told when the face changes. */
function announcement(face: Face, call: CallView, standing: View, say: Say): string {
  switch (face) {
    case "ringing":
      return say(call.rung ? "called_title" : "calling_title");
    case "pre_check":
      return `${say("check_title")}. ${say("check_text")}`;
    case "connecting":
      return say("live.connecting_title");
    case "live":
      return say("live.started");
    case "suspended_credit":
    case "suspended_connection":
      return `${String(standing["paused_title"])}. ${String(standing["paused_text"])}`;
    case "reconnecting":
      return say("reconnecting.title");
    default:
      return "";
  }
}

function pictures(state: RoomState, face: Face, say: Say): View {
  const { other, call } = state;
  const checking = face === "pre_check" || face === "connecting" || face === "live";
  const there = other.video === "on" && state.receives !== "sound";
  let caption = "";
  const arriving = !call?.other.present || other.video === "starting" || state.link !== "in";
  if (face === "ringing") caption = say(call?.rung ? "called_title" : "calling_title");
  else if (checking && state.receives === "sound" && ["on", "starting"].includes(other.video)) caption = say("media.sound_only");
  else if (checking && !there) caption = say(arriving ? "arriving" : "their_camera_off");
  return {
    other_picture: there,
    other_covered: !there,
    other_caption: caption,
    other_muted: other.audio === "paused",
    other_muted_text: say("their_audio_muted"),
    ringing_out: face === "ringing",
    blocked: state.blocked,
    hear_text: say("hear"),
  };
}

/** One's own camera and microphone. */
function own(state: RoomState, say: Say): View {
  const { audio, video } = state.local;
  const mic = audio.on && !!audio.track;
  const camera = video.on && !!video.track;
  return {
    mic,
    mic_off: !mic,
    mic_pressed: String(!mic),
    mic_label: say(mic ? "live.mic_off" : "live.mic_on"),
    mic_hint: audio.opening ? say("opening") : say(mic ? "say_something" : "muted"),
    mic_problem: audio.problem ? say(`device_problem.microphone_${audio.problem}`) : "",
    camera,
    camera_off: !camera,
    camera_pressed: String(!camera),
    camera_label: say(camera ? "live.camera_off" : "live.camera_on"),
    camera_problem: video.problem ? say(`device_problem.camera_${video.problem}`) : "",
    without_devices: (!!audio.problem || !!video.problem) && say("devices.go_listen"),
    unsupported: state.unsupported,
  };
}

/** Screens, and what a weak connection leaves. */
function media(state: RoomState, say: Say): View {
  const presents = state.local.presents;
  const weak = state.receives === "sound" || state.sends === "sound";
  return {
    presents,
    share_label: say(presents ? "media.share_stop" : "media.share"),
    share_pressed: String(presents),
    screen_shown: state.other.screen,
    screen_name: say("media.their_screen"),
    weak,
    weak_text: say(state.receives === "sound" ? "media.weak_in" : "media.weak_out"),
  };
}

function signal(state: RoomState, say: Say): View {
  const grade = (score: number | null) =>
    score === null ? "unknown" : score >= 7 ? "good" : score >= 4 ? "fair" : "poor";
  const own = grade(state.quality.own);
  const other = grade(state.quality.other);
  return {
    signal_own: own,
    signal_other: other,
    signal_own_text: say(`signal_${own}`),
    signal_other_text: say(`signal_${other}`),
    signal_own_label: say("signal_of", { name: say("you"), quality: say(`signal_${own}`) }),
    signal_other_label: say("signal_of", { quality: say(`signal_${other}`) }),
  };
}

function chat(state: RoomState, say: Say): View {
  return {
    chat_open: state.chatOpen,
    chat_expanded: String(state.chatOpen),
    chat_label: state.unread > 0 ? say("live.unread", { count: state.unread }) : say("live.chat"),
    unread: state.unread > 0 && (state.unread > 9 ? "9+" : String(state.unread)),
    typing: state.other.typing !== "",
    typing_text: say("chat.typing", { name: state.other.typing }),
    chat_empty_text: say("chat.empty"),
    fullscreen: state.fullscreen,
    windowed: !state.fullscreen,
    fullscreen_label: say(state.fullscreen ? "live.fullscreen_exit" : "live.fullscreen"),
    fullscreen_pressed: String(state.fullscreen),
    pip_pressed: String(state.pip),
  };
}

function check(state: RoomState, call: CallView, left: string, say: Say): View {
  const connecting = state.busy || call.phase === "connecting";
  const waiting = call.you_connected || connecting;
  const label = connecting ? "connect_busy" : waiting ? "connect_waiting" : "connect";
  return {
    panel_title: say(call.rung ? "called_title" : "calling_title"),
    calling: call.phase === "ringing" && !call.rung,
    called: call.phase === "ringing" && call.rung,
    ring_left: say("calling_text", { time: left }),
    called_text: say("called_text"),
    check_left: call.free ? say("check_free") : say("check_left", { time: left }),
    terms: !isGuest(state.config.role) && !call.free && terms(state, say),
    connect_label: say(label),
    connect_disabled: waiting || state.link !== "in",
    connect_waiting: waiting,
    you_ready: call.you_connected,
    you_ready_text: say(call.you_connected ? "ready" : "not_ready"),
    other_ready: call.other.connected,
    other_ready_text: say(call.other.connected ? "ready" : call.other.present ? "not_ready" : "joining"),
    connecting_text:
      call.role === "buyer"
        ? say("live.connecting_text", { amount: money(openingMinor(state, call), call.currency, state.words.locale) })
        : say("live.connecting_text_seller"),
  };
}

/** What is reserved before time counts: the larger of minimum and first increment, in whole increments. */
function openingMinor(state: RoomState, call: CallView): number {
  const terms = state.config.terms;
  if (!terms) return call.rate_minor;
  const { kind, seconds = 1 } = terms.increment;
  // Single seconds are reserved ten at a time.
  const step = kind === "minute" ? 60 : kind === "block" ? seconds : 10;
  const opening = Math.max(1, Math.ceil(terms.minimum_s / step)) * step;
  return Math.floor((call.rate_minor * opening) / 60);
}

/** The sentence that says from when and how time is charged. */
function terms(state: RoomState, say: Say): string {
  const terms = state.config.terms;
  const parts = [say("terms.starts")];
  if (terms) {
    const { kind, seconds = 1 } = terms.increment;
    parts.push(kind === "block" ? say("terms.block", { count: seconds }) : say(`terms.${kind}`));
    if (terms.minimum_s > 0) parts.push(say("terms.minimum", { count: Math.ceil(terms.minimum_s / 60) }));
    if (terms.grace_s > 0) parts.push(say("terms.grace", { count: terms.grace_s }));
  }
  return parts.join(" ");
}

function live(state: RoomState, call: CallView, face: Face, now: number, say: Say): View {
  const left = remainingMs(call, now);
  const low = left !== null && left <= LOW_MS;
  const time = left === null ? "" : clockTime(left, "up");
  const cash = (minor: number) => money(minor, call.currency, state.words.locale);
  const amount = cash(call.charged_minor);
  return {
    remaining: time && (left === 0 ? say("live.left_none") : say(low ? "live.left_low" : "live.left", { time })),
    time_left: left !== null,
    low,
    enough: !low,
    low_announce: low && face === "live" ? say("live.low_announce") : "",
    counting: call.running,
    charged: say("live.charged", { amount }),
    not_counting: face === "live" && !call.running && !call.free && !isGuest(call.role) ? notCounting(state, say) : "",
    extend_ask: say(call.role === "seller" ? "extend.ask" : "extend.add"),
    extend_label: say(call.role === "seller" ? "extend.button" : "extend.button_own"),
    extend_name: say(call.role === "seller" ? "extend.title_rate" : "extend.title_own"),
    // The buyer of a call that is paid as it goes adds credit.
    can_extend: !call.free && (call.role === "seller" || (call.role === "buyer" && call.prepaid)) && call.phase !== "connecting",
    can_extend_custom: call.role === "seller" && call.prepaid && call.phase !== "connecting",
    can_tip: call.role !== "seller" && call.phase !== "connecting",
    can_add: call.role === "buyer" && !call.prepaid && call.phase !== "connecting",
    available: call.available_minor !== null && say("credit.available", { amount: cash(call.available_minor) }),
    credit_short: state.creditShort !== null && say(`credit_short_${call.role}`, { amount: cash(state.creditShort) }),
    title: pageTitle(face, call, time, say),
    confirm_end: endText(call, amount, say),
  };
}

/** The tab tells the time too: paying happens in another. */
function pageTitle(face: Face, call: CallView, time: string, say: Say): string {
  if (face === "live" && time) return `${say("live.left", { time })} · ${call.other.name}`;
  if (face === "suspended_credit" && isGuest(call.role)) return say("people.paused_title");
  if (face === "suspended_credit") return say(call.role === "buyer" ? "suspended.credit_title" : "suspended.credit_title_seller");
  return `${call.other.name} · ${say("title")}`;
}

function endText(call: CallView, amount: string, say: Say): string {
  if (call.role === "visitor") return say("confirm_end.text_visitor");
  if (isGuest(call.role)) return say("confirm_end.text_guest");
  if (call.charged_minor === 0) return say("confirm_end.text_free");
  return say(call.role === "buyer" ? "confirm_end.text" : "confirm_end.text_seller", { amount });
}

/** Why time isn't charged although the call is live. */
function notCounting(state: RoomState, say: Say): string {
  const seller = state.config.role === "seller";
  if (seller && !state.local.sends("audio") && !state.local.sends("video")) return say("live.not_counting_seller_off");
  const silent = [state.other.audio, state.other.video].every((flow) => flow === "none" || flow === "paused");
  if (!seller && silent) return say("live.not_counting_other_off");
  return say("live.not_counting");
}

/** Suspended and reconnecting. */
function paused(state: RoomState, call: CallView, left: string, say: Say): View {
  const buyer = call.role === "buyer";
  const credit = call.suspended === "credit";
  const silent = call.role === "seller" && !state.local.sends("audio") && !state.local.sends("video");
  const who = !call.other.present ? "" : silent ? "_own" : "_silent";
  return {
    rescue: credit && buyer && call.phase === "suspended",
    ...pausedTexts(call, who, say),
    paused_left: left && say("suspended.left", { time: left }),
    reconnecting_text: say(navigator.onLine ? "reconnecting.text" : "reconnecting.offline"),
  };
}

/** Why it stands still; a guest is told nothing of money, nor whose line broke. */
function pausedTexts(call: CallView, who: string, say: Say): View {
  if (isGuest(call.role)) return { paused_title: say("people.paused_title"), paused_text: say("people.paused_text") };
  const key = call.suspended === "credit" ? "credit" : `connection${who}`;
  const whose = call.suspended === "credit" && call.role === "seller" ? "_seller" : "";
  return { paused_title: say(`suspended.${key}_title${whose}`), paused_text: say(`suspended.${key}_text${whose}`) };
}

function over(state: RoomState, call: CallView, say: Say): View {
  if (call.phase !== "settling" && call.phase !== "ended") return {};
  const settled = call.phase === "ended";
  const free = neverStarted(call) || (settled && call.charged_minor === 0);
  const lost = call.ended?.endsWith("_lost") ?? false;
  return {
    ended_title: endedTitle(call, say),
    ended_note: isGuest(call.role) ? say("people.guest_summary") : [call.ended_because ?? "", free ? say("ended.nothing_charged") : lost ? say("ended.until_last") : ""].filter(Boolean).join(" "),
    settled,
    settling: !settled,
    summary_title: say("summary.title"),
    never_started: neverStarted(call),
    summary_time: clockTime(call.billable_ms, "down"),
    summary_total: money(call.charged_minor, call.currency, state.words.locale),
    summary_total_label: say(call.role === "buyer" ? "summary.total" : "summary.total_seller"),
    may_rate: settled && !call.free && !neverStarted(call) && !isGuest(call.role),
    rate_title: say("summary.rate_title"),
    rate_hint: say(call.role === "buyer" ? "summary.rate_hint" : "summary.rate_hint_seller"),
  };
}

function endedTitle(call: CallView, say: Say): string {
  const me = call.role;
  if (isGuest(me)) return say("ended.over");
  switch (call.ended) {
    case null:
      return say("ended.over");
    case "cancelled":
      return say("ended.cancelled");
    case "buyer_ended":
    case "seller_ended":
      return say(call.ended === `${me}_ended` ? "ended.by_you" : "ended.by_other");
    case "buyer_lost":
    case "seller_lost":
      return say(call.ended === `${me}_lost` ? "ended.you_lost" : "ended.other_lost");
    case "both_lost":
    case "staff_ended":
      return say(`ended.${call.ended}`);
    default:
      return say(`ended.${call.ended}${me === "seller" ? "_seller" : ""}`);
  }
}
