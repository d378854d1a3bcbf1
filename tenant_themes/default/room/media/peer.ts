/**
 * The media of one join: two transports, own producers, the others' consumers. Made for each join and thrown away with
 * it; what is wanted lives in [`LocalMedia`] and is brought about step by step, so that clicks and messages may come
 * in any order.
 */
import type { types } from "mediasoup-client";
import type { CallRequest, IceServer, Joined, MediaSource, ProducerInfo, Replies, TransportInfo } from "../protocol";
import type { Outgoing, Step } from "./adapt";
import type { LocalMedia } from "./local";
import { encodings, isLayered, VIDEO_START_KBPS } from "./sending";
import { Arrivals, Outgoings } from "./stats";
import type { RemoteMedia } from "./remote";

/** Sends a request of this join. */
export type Ask = <R extends CallRequest>(request: R) => Promise<Replies[R["type"]]>;

export interface PeerEvents {
  /** Packets flow, or have stopped to. */
  flowing: (flowing: boolean) => void;
  /** Repair failed: join again. */
  broken: () => void;
}

/** ICE checks again by itself within this time; then it is restarted. */
const PATIENCE_MS = 1_500;
const GIVE_UP_MS = 9_000;

/** Loads the media library; started early, so that it is there when it is needed. */
export const loadMedia = () => import("mediasoup-client");

export class Peer {
  #send: types.Transport | null = null;
  #recv: types.Transport | null = null;
  #codec: types.RtpCodecCapability | undefined;
  readonly #producers = new Map<MediaSource, { producer: types.Producer; told: boolean }>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #wanted = new Map<string, ProducerInfo>();
  /** Which layer was asked for, by producer. */
  readonly #layers = new Map<string, number | null>();
  /** How much of one's own picture the line carries. */
  #step: Step = "full";
  readonly #timers = new Map<types.Transport, number>();
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    private readonly device: types.Device,
    private readonly ask: Ask,
    private readonly local: LocalMedia,
    private readonly remote: RemoteMedia,
    private readonly events: PeerEvents,
  ) {}

  static async open(joined: Joined, ask: Ask, local: LocalMedia, remote: RemoteMedia, events: PeerEvents): Promise<Peer> {
    const { Device } = await loadMedia();
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: joined.caps });
    const peer = new Peer(device, ask, local, remote, events);
    peer.#codec = device.sendRtpCapabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === "video/h264");
    peer.#send = peer.#watch(device.createSendTransport(options(joined.send, joined.ice_servers)));
    peer.#recv = peer.#watch(device.createRecvTransport(options(joined.recv, joined.ice_servers)));
    peer.#send.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData["source"] as MediaSource;
      ask({ type: "produce", transport: joined.send.id, kind, source, rtp: rtpParameters, paused: peer.#held(source) }).then(
        (reply) => done({ id: reply.producer }),
        failed,
      );
    });
    peer.add(joined.producers.filter((producer) => producer.peer !== joined.peer));
    for (const source of ["microphone", "camera", "screen", "screen_sound"] as const) peer.sync(source);
    return peer;
  }

  /** Brings what is sent in line with what is wanted. */
  sync(source: MediaSource): void {
    this.#then(() => this.#bring(source));
  }

  /** Sends so much of one's own picture: all layers, the smallest, or none. */
  lower(step: Step): void {
    if (step === this.#step) return;
    this.#step = step;
    // What was told until now has had its effect: one bad report is one step down, no more.
    this.#outgoings.forget();
    this.sync("camera");
  }

  /** Asks for the layers that are of use; what was asked for already isn't asked again. */
  prefer(wish: (info: ProducerInfo) => number | null): void {
    for (const [id, consumer] of this.#consumers) {
      const info = this.#wanted.get(id);
      if (!info || consumer.kind !== "video") continue;
      const layer = wish(info);
      if (this.#layers.get(id) === layer) continue;
      this.#layers.set(id, layer);
      // One that has ended meanwhile is refused, and nobody minds.
      this.ask({ type: "prefer_layers", producer: id, layer }).catch(() => this.#layers.delete(id));
    }
  }

  /** What is to come now: neither muted by its owner nor held back by our wish. */
  expects(id: string): ProducerInfo | null {
    const info = this.#wanted.get(id);
    return info && !info.paused && this.#consumers.has(id) && this.#layers.get(id) !== null ? info : null;
  }

  /** Whether it comes in several layers. */
  isLayered(id: string): boolean {
    const consumer = this.#consumers.get(id);
    return !!consumer && isLayered(consumer.rtpParameters);
  }

  /** What the browser says of what goes out, as of the last time that this was asked. */
  outgoing(): Outgoing {
    void this.#outgoings.ask(this.#send);
    void this.#arrivals.ask(this.#recv);
    return this.#outgoings.last;
  }

  /** Share of what comes in that was lost lately. */
  lost(id: string): number | null {
    return this.#arrivals.lost(this.#ssrc(id));
  }

  /** Whether a picture comes in that can't be shown. */
  standsStill(id: string): boolean {
    return this.#arrivals.standsStill(this.#ssrc(id));
  }

  #ssrc(id: string): number | undefined {
    return this.#consumers.get(id)?.rtpParameters.encodings?.[0]?.ssrc;
  }

  readonly #outgoings = new Outgoings();
  readonly #arrivals = new Arrivals();

  /** Somebody started sending. */
  add(producers: ProducerInfo[]): void {
    const fresh = producers.filter((producer) => !this.#wanted.has(producer.producer));
    for (const producer of fresh) this.#wanted.set(producer.producer, producer);
    if (fresh.length > 0) this.#then(() => this.#consume(fresh));
  }

  /** Somebody muted or unmuted. */
  paused(id: string, paused: boolean): void {
    const known = this.#wanted.get(id);
    if (known) this.#wanted.set(id, { ...known, paused });
    this.remote.pause(id, paused);
  }

  /** Somebody stopped sending. */
  remove(id: string): void {
    this.#wanted.delete(id);
    this.#layers.delete(id);
    this.#consumers.get(id)?.close();
    this.#consumers.delete(id);
    this.remote.remove(id);
  }

  /** New credentials after a change of network. */
  async restartIce(): Promise<void> {
    await Promise.all([this.#send, this.#recv].map((transport) => transport && this.#restart(transport)));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const id of [...this.#consumers.keys()]) this.remove(id);
    this.#send?.close();
    this.#recv?.close();
  }

  /** One step after the other; a step that fails breaks the join, unless it is over anyway. */
  #then(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      .catch(() => {
        if (!this.#closed) this.events.broken();
      });
  }

  /** Whether a source isn't to be sent now: switched off, or too much for the line. */
  #held(source: MediaSource): boolean {
    return !this.local.open(source) || (source === "camera" && this.#step === "sound");
  }

  async #bring(source: MediaSource): Promise<void> {
    const track = this.local.track(source);
    const sending = this.#producers.get(source);
    if (!sending) return track ? this.#produce(source, track) : undefined;
    const { producer } = sending;
    if (!track && this.local.problem(source)) return this.#stop(source, producer);
    if (producer.track !== track) await producer.replaceTrack({ track });
    if (source === "camera" && isLayered(producer.rtpParameters)) await producer.setMaxSpatialLayer(this.#step === "full" ? 2 : 0);
    const paused = this.#held(source);
    if (paused) producer.pause();
    else producer.resume();
    if (sending.told === paused) return;
    sending.told = paused;
    await this.ask({ type: "pause_producer", producer: producer.id, paused });
  }

  async #produce(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    if (!this.#send || !this.device.canProduce(track.kind as types.MediaKind)) return;
    const paused = this.#held(source);
    const video = track.kind === "video";
    const producer = await this.#send.produce({
      track,
      encodings: encodings(source),
      stopTracks: false,
      appData: { source },
      ...(video && this.#codec ? { codec: this.#codec } : {}),
      codecOptions: video
        ? { videoGoogleStartBitrate: VIDEO_START_KBPS }
        : { opusDtx: false, opusFec: true, opusStereo: source === "screen_sound" },
    });
    this.#producers.set(source, { producer, told: paused });
    // The person may have pressed a button while it was made.
    await this.#bring(source);
  }

  async #stop(source: MediaSource, producer: types.Producer): Promise<void> {
    this.#producers.delete(source);
    producer.close();
    await this.ask({ type: "close_producer", producer: producer.id });
  }

  async #consume(fresh: ProducerInfo[]): Promise<void> {
    const recv = this.#recv;
    const producers = fresh.map((info) => info.producer).filter((id) => this.#wanted.has(id));
    if (!recv || producers.length === 0) return;
    const { consumers } = await this.ask({ type: "consume", producers, caps: this.device.recvRtpCapabilities });
    for (const { id, producerId, kind, rtpParameters } of consumers) {
      const consumer = await recv.consume({ id, producerId, kind, rtpParameters });
      const info = this.#wanted.get(producerId);
      // It may have ended while it was being made.
      if (!info || this.#closed) {
        consumer.close();
        continue;
      }
      this.#consumers.set(producerId, consumer);
      this.remote.add(info, consumer.track);
    }
  }

  #watch(transport: types.Transport): types.Transport {
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.ask({ type: "connect_transport", transport: transport.id, dtls: dtlsParameters }).then(() => done(), failed);
    });
    transport.on("connectionstatechange", (state) => {
      clearTimeout(this.#timers.get(transport));
      if (this.#closed) return;
      this.#tell();
      if (state === "disconnected") this.#later(transport, PATIENCE_MS, () => void this.#restart(transport));
      if (state === "failed") void this.#restart(transport);
    });
    return transport;
  }

  async #restart(transport: types.Transport): Promise<void> {
    // One that was never used has nothing to restart.
    if (this.#closed || transport.connectionState === "new") return;
    this.#later(transport, GIVE_UP_MS, () => {
      if (transport.connectionState !== "connected") this.events.broken();
    });
    try {
      const { ice, ice_servers } = await this.ask({ type: "restart_ice", transport: transport.id });
      if (ice_servers.length > 0) await transport.updateIceServers({ iceServers: ice_servers });
      await transport.restartIce({ iceParameters: ice });
    } catch {
      if (!this.#closed) this.events.broken();
    }
  }

  #tell(): void {
    const states = [this.#send, this.#recv].map((transport) => transport?.connectionState);
    this.events.flowing(!states.some((state) => state === "disconnected" || state === "failed"));
  }

  #later(transport: types.Transport, ms: number, run: () => void): void {
    clearTimeout(this.#timers.get(transport));
    this.#timers.set(transport, setTimeout(run, ms));
  }
}

function options(info: TransportInfo, iceServers: IceServer[]): types.TransportOptions {
  const { id, iceParameters, iceCandidates, dtlsParameters } = info;
  return { id, iceParameters, iceCandidates, dtlsParameters, iceServers };
}
