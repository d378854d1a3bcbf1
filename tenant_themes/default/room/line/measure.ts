/**
 * Measures the line through the path that calls take: sends a picture and one's sound to a media node, in a room of one's
 * own, and receives them back.
 */
import type { types } from "mediasoup-client";
import type { LocalMedia } from "../media/local";
import { loadMedia } from "../media/peer";
import { encodings, VIDEO_START_KBPS } from "../media/sending";
import type { Checking, CallRequest, MediaSource, Replies, TransportInfo } from "../protocol";
import type { Socket } from "../socket";
import { stillMoving } from "./picture";
import type { Line } from "./verdict";

/** The line is given this long to find its speed, then it is measured for as long again. */
const HALF_MS = 4_000;
const CONNECT_WITHIN_MS = 12_000;

interface Sample {
  bytes: number;
  packets: number;
  lost: number;
  rttMs: number;
  relayed: boolean;
  at: number;
}

/** None if nothing comes through. */
export async function measure(socket: Socket, local: LocalMedia, progress: (share: number) => void): Promise<Line | null> {
  const check = await socket.request({ type: "check" });
  const run = new Run(socket, check);
  try {
    return await run.go(local, progress);
  } finally {
    run.close();
  }
}

class Run {
  readonly #transports: types.Transport[] = [];
  #stopPicture = () => {};

  constructor(
    private readonly socket: Socket,
    private readonly check: Checking,
  ) {}

  async go(local: LocalMedia, progress: (share: number) => void): Promise<Line | null> {
    const { Device } = await loadMedia();
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: this.check.caps });
    const send = this.#watch(device.createSendTransport(this.#options(this.check.send)));
    const recv = this.#watch(device.createRecvTransport(this.#options(this.check.recv)));
    send.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData["source"] as MediaSource;
      const transport = this.check.send.id;
      this.#ask({ type: "produce", transport, kind, source, rtp: rtpParameters, paused: false }).then(
        ({ producer }) => done({ id: producer }),
        failed,
      );
    });
    const producers = await this.#produce(device, send, local);
    const { consumers } = await this.#ask({ type: "consume", producers, caps: device.recvRtpCapabilities });
    for (const { id, producerId, kind, rtpParameters } of consumers)
      await recv.consume({ id, producerId, kind, rtpParameters });
    if (!(await connected([send, recv]))) return null;
    await pause(HALF_MS, (share) => progress(share / 2));
    const before = await sample(send, recv);
    await pause(HALF_MS, (share) => progress(0.5 + share / 2));
    return lineBetween(before, await sample(send, recv));
  }

  close(): void {
    this.#stopPicture();
    for (const transport of this.#transports) transport.close();
    void this.#ask({ type: "end" }).catch(() => undefined);
  }

  async #produce(device: types.Device, send: types.Transport, local: LocalMedia): Promise<string[]> {
    const ids: string[] = [];
    const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
    // Not one's own picture: where nothing moves in front of a camera, little is to be sent, and the line seemed slow.
    const { track, stop } = stillMoving();
    this.#stopPicture = stop;
    const video = await send.produce({
      track,
      // One size: all of it comes back.
      encodings: encodings("camera").slice(-1),
      stopTracks: false,
      appData: { source: "camera" },
      codecOptions: { videoGoogleStartBitrate: VIDEO_START_KBPS },
      ...(codec ? { codec } : {}),
    });
    ids.push(video.id);
    if (local.audio.track) {
      const options = { track: local.audio.track, encodings: encodings("microphone"), stopTracks: false };
      ids.push((await send.produce({ ...options, appData: { source: "microphone" } })).id);
    }
    return ids;
  }

  #watch(transport: types.Transport): types.Transport {
    this.#transports.push(transport);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#ask({ type: "connect_transport", transport: transport.id, dtls: dtlsParameters }).then(() => done(), failed);
    });
    return transport;
  }

  #options(info: TransportInfo): types.TransportOptions {
    return { ...info, iceServers: this.check.ice_servers };
  }

  async #ask<R extends CallRequest>(request: R): Promise<Replies[R["type"]]> {
    return (await this.socket.request({ ...request, epoch: this.check.epoch })) as Replies[R["type"]];
  }
}

async function connected(transports: types.Transport[]): Promise<boolean> {
  const until = performance.now() + CONNECT_WITHIN_MS;
  while (performance.now() < until) {
    if (transports.every(({ connectionState }) => connectionState === "connected")) return true;
    if (transports.some(({ connectionState }) => connectionState === "failed")) return false;
    await pause(100);
  }
  return false;
}

async function sample(send: types.Transport, recv: types.Transport): Promise<Sample> {
  const all = { bytes: 0, packets: 0, lost: 0, rttMs: 0, relayed: false, at: performance.now() };
  for (const report of [await send.getStats(), await recv.getStats()]) {
    const relays = new Set<string>();
    // Behind address translation a relay's end shows as another kind, but with the relay's protocol.
    report.forEach((stat) => stat.type === "local-candidate" && stat.relayProtocol && relays.add(stat.id));
    report.forEach((stat) => {
      if (stat.type === "inbound-rtp") {
        all.bytes += stat.bytesReceived ?? 0;
        all.packets += stat.packetsReceived ?? 0;
        all.lost += Math.max(0, stat.packetsLost ?? 0);
      }
      if (stat.type === "candidate-pair" && stat.state === "succeeded" && stat.nominated !== false) {
        all.rttMs = Math.max(all.rttMs, (stat.currentRoundTripTime ?? 0) * 1_000);
        all.relayed ||= relays.has(stat.localCandidateId);
      }
    });
  }
  return all;
}

function lineBetween(before: Sample, after: Sample): Line {
  const [packets, lost] = [after.packets - before.packets, after.lost - before.lost];
  return {
    kbps: Math.round(((after.bytes - before.bytes) * 8) / (after.at - before.at)),
    loss: packets + lost > 0 ? lost / (packets + lost) : 0,
    rttMs: Math.round(after.rttMs),
    relayed: after.relayed,
  };
}

async function pause(ms: number, progress: (share: number) => void = () => {}): Promise<void> {
  const started = performance.now();
  for (let passed = 0; passed < ms; passed = performance.now() - started) {
    progress(passed / ms);
    await new Promise((done) => setTimeout(done, Math.min(100, ms - passed)));
  }
}
