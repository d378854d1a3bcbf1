// Which sounds are heard, as they are switched in this browser.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { load } from "./module.js";

const kept = new Map();
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
globalThis.addEventListener = () => {};
let struck = 0;
const value = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {}, setTargetAtTime() {} };
const node = () => ({ gain: value, frequency: {}, connect: (to) => to, disconnect() {}, start: () => struck++, stop() {} });
globalThis.AudioContext = class {
  state = "running";
  currentTime = 0;
  resume() {}
  addEventListener() {}
  removeEventListener() {}
  createGain = node;
  createOscillator = node;
};
const { chime, ring, setChime, testSound } = await load("room/sounds.ts");

/** How many notes are struck meanwhile. */
const notes = (run) => {
  struck = 0;
  run();
  return struck;
};

beforeEach(() => kept.clear());

test("a ring is switched off and on as other sounds are, also while it rings", () => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  let stop = () => {};
  const once = notes(() => (stop = ring("incoming")));
  assert.ok(once > 0);
  const round = () => notes(() => mock.timers.tick(2_400));
  assert.equal(round(), once);
  setChime("ring", false);
  assert.equal(round(), 0);
  setChime("ring", true);
  assert.equal(round(), once);
  stop();
  assert.equal(round(), 0);
  mock.timers.reset();
});

test("what is switched off isn't heard, and the speaker is tried in any case", () => {
  for (const which of ["ring", "join"]) setChime(which, false);
  assert.equal(notes(() => ring("incoming")()), 0);
  assert.equal(notes(() => ring("outgoing")()), 0);
  assert.equal(notes(() => chime("join")), 0);
  assert.ok(notes(() => chime("leave")) > 0);
  assert.ok(notes(testSound) > 0);
});
