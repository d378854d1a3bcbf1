// Another camera while one runs, where both can run at once and where they can't.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./module.js";

const kept = new Map();
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };

/** Cameras that run now, those that nobody can open, what happened, and how many run at once. */
let running, broken, happened, atOnce;
/** What is done while a device is being opened. */
let meanwhile;

class Camera {
  readyState = "live";
  enabled = true;
  constructor(deviceId) {
    this.deviceId = deviceId;
    running.add(this);
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    if (this.readyState === "ended") return;
    this.readyState = "ended";
    running.delete(this);
    happened.push(`stop ${this.deviceId}`);
  }
}

async function getUserMedia({ video, audio }) {
  const deviceId = (video ?? audio).deviceId?.exact ?? "front";
  happened.push(`open ${deviceId}`);
  await meanwhile();
  if (broken[deviceId]) throw new DOMException("", broken[deviceId]);
  if (running.size >= atOnce) throw new DOMException("", "NotReadableError");
  const camera = new Camera(deviceId);
  return { getTracks: () => [camera] };
}

const mediaDevices = {
  getUserMedia,
  enumerateDevices: async () => ["front", "back"].map((deviceId) => ({ kind: "videoinput", deviceId })),
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
const { LocalMedia } = await load("room/media/local.ts");

/** One's media with the front camera on. */
async function withCamera() {
  const local = new LocalMedia();
  await local.set("video", true);
  happened.length = 0;
  return local;
}

const state = ({ video }) => [video.track?.deviceId ?? null, video.track?.readyState ?? null, video.problem, video.opening];

beforeEach(() => {
  kept.clear();
  [running, broken, happened, atOnce, meanwhile] = [new Set(), {}, [], 2, async () => {}];
});

test("where two cameras can run, the old one runs until the new one does", async () => {
  const local = await withCamera();
  await local.flip();
  assert.deepEqual(happened, ["open back", "stop front"]);
  assert.deepEqual(state(local), ["back", "live", null, false]);
});

test("where only one can run, the old one makes room for the new one", async () => {
  atOnce = 1;
  const local = await withCamera();
  await local.flip();
  assert.deepEqual(happened, ["open back", "stop front", "open back"]);
  assert.deepEqual(state(local), ["back", "live", null, false]);
  await local.flip();
  assert.deepEqual(state(local), ["front", "live", null, false]);
});

test("where somebody else has the new one, the old one is opened again, and what is wrong is said", async () => {
  const local = await withCamera();
  broken = { back: "NotReadableError" };
  await local.flip();
  assert.deepEqual(happened, ["open back", "stop front", "open back", "open front"]);
  assert.deepEqual(state(local), ["front", "live", "busy", false]);
  assert.equal(running.size, 1);
});

test("what ran before is the choice again: trying once more opens it, and so does switching it on", async () => {
  const local = await withCamera();
  broken = { back: "NotReadableError" };
  await local.flip();
  await local.set("video", true);
  assert.deepEqual(state(local), ["front", "live", null, false]);
  await local.set("video", false);
  await local.set("video", true);
  assert.deepEqual(state(local), ["front", "live", null, false]);
  assert.equal(running.size, 1);
});

test("where somebody else has the chosen one, another is better than none", async () => {
  kept.set("room.camera", "back");
  broken = { back: "NotReadableError" };
  const local = new LocalMedia();
  await local.set("video", true);
  assert.deepEqual(state(local), ["front", "live", null, false]);
});

test("where the old one is gone as well by then, there is none", async () => {
  const local = await withCamera();
  broken = { back: "NotReadableError", front: "NotReadableError" };
  await local.flip();
  assert.deepEqual(state(local), [null, null, "busy", false]);
  assert.equal(running.size, 0);
});

test("what isn't busy takes no picture away", async () => {
  const local = await withCamera();
  broken = { back: "NotAllowedError" };
  await local.flip();
  assert.deepEqual(happened, ["open back"]);
  assert.deepEqual(state(local), ["front", "live", "denied", false]);
});

test("a microphone that can't be exchanged is heard again once it is switched on", async () => {
  const local = new LocalMedia();
  await local.set("audio", true);
  broken = { back: "NotAllowedError" };
  await local.choose("audio", "back");
  await local.set("audio", false);
  await local.set("audio", true);
  assert.deepEqual([local.audio.track.deviceId, local.audio.track.enabled, local.audio.problem], ["front", true, "denied"]);
});

test("a camera that is switched off meanwhile stays off", async () => {
  atOnce = 1;
  const local = await withCamera();
  meanwhile = () => local.set("video", false);
  await local.flip();
  assert.deepEqual(state(local).slice(0, 2), [null, null]);
  assert.equal(running.size, 0);
});

test("a camera that made room stays off, too, if it is switched off meanwhile", async () => {
  const local = await withCamera();
  broken = { back: "NotReadableError" };
  meanwhile = async () => happened.length === 3 && local.set("video", false);
  await local.flip();
  assert.deepEqual(happened, ["open back", "stop front", "open back"]);
  assert.deepEqual(state(local).slice(0, 2), [null, null]);
});

test("the last of two choices counts where only one camera can run", async () => {
  atOnce = 1;
  const local = await withCamera();
  await Promise.all([local.choose("video", "back"), local.choose("video", "side")]);
  assert.deepEqual(state(local), ["side", "live", null, false]);
  assert.equal(running.size, 1);
});
