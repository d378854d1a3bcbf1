// What the device check says of a line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

const { adviceFor, verdictOf } = await load("room/line/verdict.ts");
const line = { kbps: 1_200, loss: 0, rttMs: 40, relayed: false };

test("a good line is good for video", () => {
  assert.equal(verdictOf(line), "good");
  assert.deepEqual(adviceFor(line), []);
});

test("a slow or lossy one is for sound, and says what would help", () => {
  assert.equal(verdictOf({ ...line, kbps: 120 }), "sound");
  assert.deepEqual(adviceFor({ ...line, kbps: 120 }), ["slow"]);
  assert.equal(verdictOf({ ...line, loss: 0.1 }), "sound");
  assert.deepEqual(adviceFor({ ...line, loss: 0.1, rttMs: 900 }), ["loss", "delay"]);
});

test("one that carries nothing is for nothing", () => {
  assert.equal(verdictOf(null), "none");
  assert.deepEqual(adviceFor(null), ["blocked"]);
  assert.equal(verdictOf({ ...line, loss: 0.5 }), "none");
});
