/** The room's controller: takes in what the server, the devices and the person do, and keeps the page true to it. */
import { api, ApiError } from "./api";
import { Chat } from "./chat";
import { Company } from "./company";
import type { RoomConfig } from "./config";
import { DeviceMenu } from "./device-menu";
import { closeDialog, closeOnClickBeside } from "./dialogs";
import { binder, find, type View } from "./dom";
import { Extensions } from "./extension";
import { takeAlong } from "./focus";
import { money } from "./format";
import { Link } from "./link";
import { Adaption } from "./media/adaption";
import { canPresent } from "./media/devices";
import { LocalMedia } from "./media/local";
import { loadMedia } from "./media/peer";
import { RemoteMedia } from "./media/remote";
import type { CallView } from "./protocol";
import { bindKeys } from "./keys";
import { Recording } from "./recording";
import { Seat } from "./seat";
import { selfView } from "./self-view";
import { RequestError, type Socket } from "./socket";
import { chime, ring } from "./sounds";
import { canFullscreen, canPip, hideBarWhenIdle, keepAwake, movable, toggleFullscreen, togglePip } from "./stage";
import { faceOf, initialState, isGuest, neverStarted, type RoomState, wantsPeople } from "./state";
import { Tiles } from "./tiles";
import { sayNext, type Toast, toast } from "./toast";
import { TopUps } from "./topup";
import { view } from "./view";
import type { Vars, Words } from "./words";

const TICK_MS = 250;
/** Where the call stands is asked again this often while nobody would tell us. */
const ASK_AGAIN_MS = 4_000;
/** What a guest's join is refused with whose place isn't theirs any more. */
const NO_PLACE = new Set(["not_found", "forbidden", "not_in_call"]);

export class Room {
  readonly local = new LocalMedia();
  readonly adaption = new Adaption();
  readonly link: Link;
  readonly state: RoomState;
  readonly extensions: Extensions;
  readonly company: Company;
  readonly recording: Recording;
  readonly #remote: RemoteMedia;
  readonly #seat: Seat;
  readonly #chat: Chat;
  readonly #topUps: TopUps;
  readonly #bind: (values: View) => void;
  readonly #constants = { can_fullscreen: canFullscreen(), can_pip: canPip(), can_share: canPresent() };
  #shownFace = "";
  /** The server knows no such call: asking again won't help. */
  #unknown = false;
  #scheduled = false;
  #mediaStarted = false;
  #stopRinging: (() => void) | null = null;
  #dropWarning = () => {};

  constructor(
    readonly root: HTMLElement,
    readonly config: RoomConfig,
    readonly words: Words,
    readonly socket: Socket,
  ) {
    this.state = initialState(config, words, this.local);
    this.link = new Link(socket, config.call_id);
    this.#remote = new RemoteMedia(new Tiles(find("#stage", root)));
    this.#seat = new Seat(this.link, this.local, this.#remote, this.adaption, {
      flowing: (flowing) => this.update({ flowing }),
      unsupported: () => this.update({ unsupported: true }),
    });
    this.#chat = new Chat(words, {
      call: config.call_id,
      send: (line, text) => this.link.ask({ type: "chat", line, text }),
      read: (id) => this.link.ask({ type: "read", up_to: id }),
      seen: () => this.state.chatOpen,
      typing: (on) => void this.link.ask({ type: "typing", on }).catch(() => undefined),
    });
    this.#topUps = new TopUps(words, () => this.state.call, (text) => this.#added(text), config.top_up_amounts);
    this.extensions = new Extensions(config.call_id, config.role === "buyer", {
      call: () => this.state.call,
      clock: socket.clock,
      locale: words.locale,
      say: (key, vars) => this.say(key, vars),
      tell: (what) => this.tell(what),
    });
    this.company = new Company(this, this.#remote);
    this.recording = new Recording({
      locale: words.locale,
      say: (key, vars) => this.say(key, vars),
      tell: (what) => this.tell(what),
      ask: (request) => this.link.ask(request),
      attempt: (action) => this.attempt(action),
      changed: () => this.update({}),
    });
    this.#bind = binder(root);
    new DeviceMenu(words, this.local, (deviceId) => this.#remote.speak(deviceId));
    const { snapshots } = config;
    if (snapshots) void import("./snapshots").then(({ Snapshots }) => new Snapshots(this, snapshots));
  }

  start(): void {
    const { root } = this;
    movable(find("#stage", root), find("#self", root));
    hideBarWhenIdle(root, find("#bar", root));
    closeOnClickBeside(root);
    bindKeys(root);
    find<HTMLElement>("#chat", root).addEventListener("keydown", (event) => event.key === "Escape" && this.toggleChat());
    selfView(root, this.local);
    const thanks = () => this.tell({ text: this.say("summary.rate_thanks"), tone: "success" });
    // Nobody needs them before the first picture.
    void import("./rating").then(({ ratingForm }) => ratingForm(this.config.call_id, this.words, thanks));
    void import("./report").then(({ reportForm }) => reportForm(this));
    this.#listen();
    addEventListener("beforeunload", (event) => {
      if (this.state.call?.phase === "live" && this.state.link === "in") event.preventDefault();
    });
    document.addEventListener("fullscreenchange", () => this.update({ fullscreen: !!document.fullscreenElement }));
    const video = this.#remote.video;
    for (const event of ["enterpictureinpicture", "leavepictureinpicture"])
      video.addEventListener(event, () => this.update({ pip: !!document.pictureInPictureElement }));
    setInterval(() => this.#render(), TICK_MS);
    setInterval(() => this.#askAgain(), ASK_AGAIN_MS);
    if (this.config.call) this.take(this.config.call);
    else void this.fetchCall();
    this.#render();
    if (this.config.extension) this.extensions.take(this.config.extension);
    this.company.start();
  }

  say(key: string, vars: Vars = {}): string {
    return this.words.say(key, { name: this.state.call?.other.name ?? "", ...vars });
  }

  /** Changes what is known and shows it. */
  update(change: Partial<RoomState>): void {
    Object.assign(this.state, change);
    const { state } = this;
    const away = state.wasIn && wantsPeople(state.call) && (state.link !== "in" || !state.flowing);
    if (!away) state.lostSince = null;
    else state.lostSince ??= this.socket.clock.now();
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  /** Takes the server's word on the call, unless newer is known. */
  take(call: CallView): void {
    const known = this.state.call;
    if (call.id !== this.config.call_id || (known && call.server_now_ms < known.server_now_ms)) return;
    if (known?.phase === "ended" && call.phase !== "ended") return;
    if (this.config.into_call && known?.phase === "ringing" && call.phase === "pre_check") return location.reload();
    this.update({ call, busy: this.state.busy && known?.phase === call.phase });
    if (known?.phase !== call.phase) this.update({ problem: "", creditShort: null });
    this.#follow(call, known);
  }

  async fetchCall(): Promise<void> {
    try {
      this.take(await api<CallView>("GET", `/api/v1/calls/${this.config.call_id}`));
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 401) this.update({ signedOut: true });
      this.#unknown = problem instanceof ApiError && (problem.status === 404 || problem.status === 403);
      if (!this.state.call) this.update({ problem: (problem as ApiError).message || this.say("failed") });
    }
  }

  /** Runs what a button asks for; what goes wrong stands beside it. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    this.update({ busy: true, problem: "" });
    try {
      await action();
      return true;
    } catch (problem) {
      const told = problem instanceof ApiError || (problem instanceof RequestError && problem.message !== problem.code);
      const text = (told && (problem as Error).message) || this.say("failed");
      this.update({ problem: text });
      if (this.state.call?.phase === "live" || this.state.call?.phase === "suspended") this.tell({ text, tone: "error" });
      return false;
    } finally {
      this.update({ busy: false });
    }
  }

  /** Ends the call; nobody needs to tell us that it was us. A guest is led to another page, which says what is to be `said`. */
  async end(said = ""): Promise<void> {
    closeDialog("dialog-end");
    const ended = await this.attempt(async () => {
      this.state.endedHere = true;
      await this.link.ask({ type: "end" });
    });
    if (!ended) return this.update({ endedHere: false });
    if (!isGuest(this.config.role)) return this.fetchCall();
    // The others go on: only this page is done.
    this.#over();
    sayNext(said);
    location.assign(this.config.urls.back);
  }

  toggleChat(): void {
    const chatOpen = !this.state.chatOpen;
    this.update({ chatOpen, unread: 0 });
    this.#render();
    if (chatOpen) this.#chat.focus();
    else find<HTMLElement>("#bar [data-do=chat]", this.root).focus();
  }

  toggleFullscreen(): void {
    void toggleFullscreen().catch(() => undefined);
  }

  togglePip(): void {
    void togglePip(this.#remote.video).catch(() => undefined);
  }

  addCredit(): void {
    this.#dropWarning();
    this.#topUps.open();
  }

  hear(): void {
    void this.#remote.play();
  }

  tell(what: Omit<Toast, "close">): () => void {
    return toast({ ...what, close: this.say("close") });
  }

  #added(text: string): void {
    this.tell({ text, tone: "success", stays: true });
    this.#dropWarning();
    this.update({ creditShort: null });
  }

  #listen(): void {
    const { socket, link, config } = this;
    link.on("state", (state) => this.update({ link: state }));
    link.on("joined", (joined) => {
      this.update({ wasIn: true, flowing: true, admission: false });
      this.company.joined(joined);
      this.take(joined.call);
      this.#chat.me = joined.people.find(({ peer }) => peer === joined.peer)?.id ?? "";
      for (const line of joined.chat) this.#chat.add(line);
      if (joined.read) this.#chat.readTo(joined.read);
      void this.#chat.flush();
      if (!isGuest(this.config.role)) void this.extensions.refresh();
      this.recording.entered(joined.may_record, joined.recording ?? null);
    });
    link.on("refused", (problem) => {
      if (problem.code === "not_admitted") this.update({ admission: true });
      else if (isGuest(config.role) && NO_PLACE.has(problem.code)) this.#out();
      else void this.fetchCall();
    });
    socket.on("shown_out", () => this.#out());
    socket.on("state", (state) => {
      if (state === "signed_out") this.update({ signedOut: true });
      if (state === "open" && !wantsPeople(this.state.call)) void this.fetchCall();
    });
    socket.on("call", ({ call }) => this.take(call));
    socket.on("ring_ended", ({ call }) => call === this.config.call_id && void this.fetchCall());
    socket.on("quality", ({ own, other }) => this.update({ quality: { own, other } }));
    socket.on("typing", ({ person, on }) => this.#typing(on ? this.company.guests.name(person) : ""));
    socket.on("chat", ({ line }) => {
      if (!this.#chat.add(line)) return;
      this.#typing("");
      if (!this.state.chatOpen || document.hidden) chime("message");
      if (!this.state.chatOpen) this.update({ unread: this.state.unread + 1 });
    });
    socket.on("read", ({ mark }) => this.#chat.readTo(mark));
    socket.on("warning", ({ minutes_left }) => this.#warn(minutes_left));
    socket.on("credit_short", ({ needed_minor }) => this.update({ creditShort: needed_minor, busy: false }));
    socket.on("wallet", ({ available_minor }) => {
      if (this.state.call?.role === "buyer") this.update({ call: { ...this.state.call, available_minor } });
      this.#topUps.check();
    });
    socket.on("recording", ({ recording }) => this.recording.take(recording));
    socket.on("extension", ({ extension }) => this.extensions.take(extension));
    socket.on("tipped", ({ from_name, amount_minor, currency, gift }) => {
      const amount = money(amount_minor, currency, this.words.locale);
      this.tell({ text: this.say(gift ? `live.gift_${gift}` : "live.tipped", { name: from_name, amount }), tone: "success" });
    });
    socket.on("closing", ({ reason }) => this.tell({ text: reason, tone: "warning", id: "closing" }));
    this.#remote.on("change", () => {
      const other = { ...this.state.other, video: this.#remote.state("video"), audio: this.#remote.state("audio"), screen: this.#remote.screen };
      this.update({ other, blocked: this.#remote.blocked });
    });
    this.local.on("change", () => this.update({}));
    this.local.on("replaced", (kind) => {
      const text = this.say(kind === "audio" ? "media.microphone_replaced" : "media.camera_replaced");
      this.tell({ text, tone: "info", id: `replaced-${kind}` });
    });
    this.adaption.on("change", () => this.update({ receives: this.adaption.receives, sends: this.adaption.sends }));
  }

  #typingTimer = 0;
  #typing(typing: string): void {
    clearTimeout(this.#typingTimer);
    // The word that they stopped may be lost.
    if (typing) this.#typingTimer = setTimeout(() => this.#typing(""), 8_000);
    this.update({ other: { ...this.state.other, typing } });
  }

  #warn(minutes: number): void {
    const buyer = this.config.role === "buyer";
    const text = this.say(buyer ? "live.warning" : "live.warning_seller", { count: minutes });
    const action = buyer && !this.state.call?.prepaid ? { action: { label: this.say("live.add_credit"), run: () => this.addCredit() } } : {};
    chime("warning");
    this.#dropWarning = this.tell({ id: "warning", text, tone: "warning", stays: true, ...action });
  }

  /** What a change of the call brings about. */
  #follow(call: CallView, before: CallView | null): void {
    if (this.state.shownOut && wantsPeople(call)) return;
    this.socket.inCall = wantsPeople(call);
    if (wantsPeople(call)) this.link.enter();
    const outgoing = call.phase === "ringing" && !call.rung;
    if (wantsPeople(call) || outgoing) this.#startMedia();
    if (outgoing) this.#stopRinging ??= ring("outgoing");
    else this.#stopRinging?.();
    if (call.phase === "settling" || call.phase === "ended") this.#over();
    void keepAwake(call.phase === "live" || call.phase === "suspended");
    if (before && wantsPeople(call) && before.other.present !== call.other.present) chime(call.other.present ? "join" : "leave");
    if (before?.phase === "suspended" && call.phase === "live") this.tell({ text: this.say("live.resumed"), tone: "success", id: "resumed" });
    // A warning is of use while time runs out, not once it has.
    if (call.phase !== "live" || (call.remaining_ms ?? 0) > 120_000) this.#dropWarning();
    if (before?.currency !== call.currency) this.#topUps.labels();
  }

  #startMedia(): void {
    if (this.#mediaStarted) return;
    this.#mediaStarted = true;
    void loadMedia().catch(() => undefined);
    void this.local.start();
  }

  #over(): void {
    this.link.leave();
    this.#seat.leave();
    this.local.close();
    this.#dropWarning();
    this.extensions.end();
    this.company.end();
    this.recording.end();
    for (const dialog of this.root.querySelectorAll<HTMLDialogElement>("dialog[open]"))
      if (dialog.id !== "dialog-credit") dialog.close();
    if (document.fullscreenElement) void document.exitFullscreen();
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
  }

  /** A guest whose part was ended. */
  #out(): void {
    this.#over();
    this.socket.inCall = false;
    void keepAwake(false);
    this.update({ shownOut: true });
  }

  /** Messages can be lost with a socket; where nobody would repeat them, the page asks. */
  #askAgain(): void {
    if (this.#unknown) return;
    const phase = this.state.call?.phase;
    if (phase === undefined || phase === "ringing" || phase === "settling") void this.fetchCall();
  }

  /** Leaves a page on which there's nothing more to do. */
  acknowledge(): void {
    const { call } = this.state;
    if (call && (neverStarted(call) || isGuest(call.role))) location.assign(this.config.urls.back);
    else this.update({ acknowledged: true });
  }

  #render(): void {
    const now = this.socket.clock.now();
    const { phase } = this.state.call ?? {};
    const recorded = this.recording.view(phase === "live" || phase === "suspended", now);
    const values: View = { ...view(this.state, now), ...recorded, ...this.company.captions.view(), ...this.#constants };
    const { dataset } = this.root;
    for (const name of ["face", "phase", "layout", "role"] as const)
      if (dataset[name] !== values[name]) dataset[name] = String(values[name]);
    this.#bind(values);
    this.company.tick();
    if (values.title && document.title !== values.title) document.title = String(values.title);
    const face = faceOf(this.state, now);
    if (face === this.#shownFace) return;
    this.#shownFace = face;
    takeAlong(this.root, face);
  }
}
