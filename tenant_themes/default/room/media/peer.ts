/**
 * The media of one join: two transports, own producers, the other's consumers. Made for each join and thrown away with
 * it; what is wanted lives in [`LocalMedia`] and is brought about step by step, so that clicks and messages may come
 * in any order.
 */
import type { types } from "mediasoup-client";
import type { CallRequest, Joined, MediaKind, ProducerInfo, Replies, TransportInfo } from "../protocol";
import type { LocalMedia } from "./local";
import type { RemoteMedia } from "./remote";

/** Sends a request of this join. */
export type Ask = <R extends CallRequest>(request: R) => Promise<Replies[R["type"]]>;

export interface PeerEvents {
  /** Packets flow, or have stopped to. */
  flowing: (flowing: boolean) => void;
  /** Repair failed: join again. */
  broken: () => void;
}

const VIDEO_START_KBPS = 600;
const VIDEO_MOST_BPS = 1_500_000;
const AUDIO_MOST_BPS = 40_000;
/** ICE checks again by itself within this time; then it is restarted. */
const PATIENCE_MS = 1_500;
const GIVE_UP_MS = 9_000;

/** Loads the media library; started early, so that it is there when it is needed. */
export const loadMedia = () => import("mediasoup-client");

export class Peer {
  #send: types.Transport | null = null;
  #recv: types.Transport | null = null;
  #codec: types.RtpCodecCapability | undefined;
  readonly #producers = new Map<MediaKind, { producer: types.Producer; told: boolean }>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #wanted = new Map<string, ProducerInfo>();
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
    peer.#send = peer.#watch(device.createSendTransport(options(joined.send)));
    peer.#recv = peer.#watch(device.createRecvTransport(options(joined.recv)));
    peer.#send.on("produce", ({ kind, rtpParameters }, done, failed) => {
      const paused = !local.sends(kind);
      ask({ type: "produce", transport: joined.send.id, kind, rtp: rtpParameters, paused }).then(
        (reply) => done({ id: reply.producer }),
        failed,
      );
    });
    peer.add(joined.producers.filter((producer) => producer.peer !== joined.peer));
    peer.sync("audio");
    peer.sync("video");
    return peer;
  }

  /** Brings what is sent in line with what is wanted. */
  sync(kind: MediaKind): void {
    this.#then(() => this.#bring(kind));
  }

  /** The other started sending. */
  add(producers: ProducerInfo[]): void {
    const fresh = producers.filter((producer) => !this.#wanted.has(producer.producer));
    for (const producer of fresh) {
      this.#forgetOlder(producer);
      this.#wanted.set(producer.producer, producer);
    }
    if (fresh.length > 0) this.#then(() => this.#consume(fresh));
  }

  /** The other muted or unmuted. */
  paused(id: string, paused: boolean): void {
    const known = this.#wanted.get(id);
    if (known) this.#wanted.set(id, { ...known, paused });
    this.remote.pause(id, paused);
  }

  /** The other stopped sending. */
  remove(id: string): void {
    this.#wanted.delete(id);
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

  /** The other came back as a new peer: what the old one sent is dead, whether its end was told yet or not. */
  #forgetOlder(fresh: ProducerInfo): void {
    for (const old of [...this.#wanted.values()])
      if (old.kind === fresh.kind && old.peer !== fresh.peer) this.remove(old.producer);
  }

  /** One step after the other; a step that fails breaks the join, unless it is over anyway. */
  #then(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      .catch(() => {
        if (!this.#closed) this.events.broken();
      });
  }

  async #bring(kind: MediaKind): Promise<void> {
    const { track, problem } = this.local[kind];
    const sending = this.#producers.get(kind);
    if (!sending) return track ? this.#produce(kind, track) : undefined;
    const { producer } = sending;
    if (!track && problem) return this.#stop(kind, producer);
    if (producer.track !== track) await producer.replaceTrack({ track });
    const paused = !this.local.sends(kind);
    if (paused) producer.pause();
    else producer.resume();
    if (sending.told === paused) return;
    sending.told = paused;
    await this.ask({ type: "pause_producer", producer: producer.id, paused });
  }

  async #produce(kind: MediaKind, track: MediaStreamTrack): Promise<void> {
    if (!this.#send || !this.device.canProduce(kind)) return;
    const paused = !this.local.sends(kind);
    const limit = { maxBitrate: kind === "video" ? VIDEO_MOST_BPS : AUDIO_MOST_BPS };
    const producer = await this.#send.produce({
      track,
      encodings: [limit],
      stopTracks: false,
      ...(kind === "video" && this.#codec ? { codec: this.#codec } : {}),
      codecOptions: kind === "video" ? { videoGoogleStartBitrate: VIDEO_START_KBPS } : { opusDtx: false, opusFec: true },
    });
    this.#producers.set(kind, { producer, told: paused });
    // The person may have pressed a button while it was made.
    await this.#bring(kind);
  }

  async #stop(kind: MediaKind, producer: types.Producer): Promise<void> {
    this.#producers.delete(kind);
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
      this.remote.add(producerId, kind, consumer.track, info.paused);
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
      const { ice } = await this.ask({ type: "restart_ice", transport: transport.id });
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

function options(info: TransportInfo): types.TransportOptions {
  const { id, iceParameters, iceCandidates, dtlsParameters } = info;
  return { id, iceParameters, iceCandidates, dtlsParameters };
}
