// A bad line between browsers and the media node: a UDP relay at an address of its own that loses, delays and limits.
import { createSocket } from "node:dgram";

/** What a good line does. */
const GOOD = { loss: 0, delayMs: 0, kbps: Infinity };
/** A packet that would wait longer than this in a narrow line is lost. */
const LONGEST_WAIT_MS = 500;

/**
 * Relays what comes to 127.0.0.2 on to 127.0.0.1, at the same port. `settings` make the product's one media node reachable
 * that way only; `become` changes the line, the same way in both directions. What is lost is decided by `seed`.
 * `changeNetwork` is what a phone does that goes from one to another: nothing passes any more of connections as they were,
 * by whichever way, only of those that were begun or restarted since.
 */
export async function startLine(port, seed = 1) {
  let line = GOOD;
  const random = mulberry(seed);
  const outside = createSocket("udp4");
  const callers = new Map();
  /** By which names connections were checked so far, and those of them that nothing passes of any more. */
  const names = new Set();
  const gone = new Set();
  const pass = (way, send) => {
    if (random() < line.loss) return;
    const now = performance.now();
    way.free = Math.max(way.free ?? 0, now) + (line.kbps === Infinity ? 0 : (way.bytes * 8) / line.kbps);
    const wait = way.free - now + line.delayMs;
    if (wait > LONGEST_WAIT_MS + line.delayMs) way.free -= (way.bytes * 8) / line.kbps;
    else if (wait > 0) setTimeout(send, wait);
    else send();
  };
  const callerAt = (from) => {
    const key = `${from.address}:${from.port}`;
    const known = callers.get(key);
    if (known) return known;
    const caller = { inside: createSocket("udp4"), up: {}, down: {}, gone: false };
    caller.inside.on("message", (packet) => {
      if (caller.gone) return;
      caller.down.bytes = packet.length;
      pass(caller.down, () => outside.send(packet, from.port, from.address, () => undefined));
    });
    caller.inside.on("error", () => undefined);
    callers.set(key, caller);
    return caller;
  };
  outside.on("message", (packet, from) => {
    const caller = callerAt(from);
    const name = nameIn(packet);
    if (name) names.add(name);
    caller.gone ||= gone.has(name);
    if (caller.gone) return;
    caller.up.bytes = packet.length;
    pass(caller.up, () => caller.inside.send(packet, port, "127.0.0.1", () => undefined));
  });
  await new Promise((done, failed) => outside.once("error", failed).bind(port, "127.0.0.2", done));
  return {
    settings: { TALLYROOM__MEDIA__ANNOUNCED_ADDRESS: "127.0.0.2", TALLYROOM__MEDIA__PORTS: `${port}-${port}` },
    become: (changed) => (line = { ...GOOD, ...changed }),
    changeNetwork() {
      for (const caller of callers.values()) caller.gone = true;
      for (const name of names) gone.add(name);
    },
    stop() {
      outside.close();
      for (const { inside } of callers.values()) inside.close();
    },
  };
}

/** Both ends' names in a check of a connection (USERNAME of a STUN binding request, RFC 8489), which a restart changes. */
function nameIn(packet) {
  if (packet.length < 20 || packet.readUInt16BE(0) !== 0x0001 || packet.readUInt32BE(4) !== 0x2112a442) return undefined;
  for (let at = 20; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    if (packet.readUInt16BE(at) === 0x0006) return packet.toString("utf8", at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

/** Numbers from 0 to 1 that only depend on the seed. */
function mulberry(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
