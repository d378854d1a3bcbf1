// Down to sound on a weak line, and up again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

const { counts, gradeIn, gradeOut, isSettling, ladder, layerFor, look } = await load("room/media/adapt.ts");

/** The steps that follow from grades, one a second. */
function walk(at, grades, from) {
  const steps = [];
  grades.forEach((grade, second) => {
    const next = look(at, grade, from + second * 1_000);
    if (next.step !== at.step) steps.push([next.step, second]);
    at = next;
  });
  return { at, steps };
}
const seconds = (count, grade) => Array.from({ length: count }, () => grade);

test("a tile gets the layer that it has use for", () => {
  assert.equal(layerFor(0), null);
  assert.equal(layerFor(208), 0);
  assert.equal(layerFor(640), 1);
  assert.equal(layerFor(1_280), 2);
});

test("first less picture, then sound only, then back in the same order", () => {
  const down = walk(ladder(0), seconds(12, "bad"), 0);
  assert.deepEqual(down.steps, [["small", 4], ["sound", 8]]);
  const up = walk(down.at, seconds(30, "good"), 12_000);
  assert.deepEqual(up.steps, [["small", 10], ["full", 20]]);
});

test("a moment of weakness changes nothing, and neither does a moment of strength", () => {
  const grades = [...seconds(3, "bad"), "fair", ...seconds(3, "bad"), "good"];
  assert.deepEqual(walk(ladder(0), grades, 0).steps, []);
  const down = walk(ladder(0), seconds(12, "bad"), 0);
  assert.deepEqual(walk(down.at, [...seconds(9, "good"), "fair", ...seconds(9, "good")], 12_000).steps, []);
});

test("who rose too early is more patient the next time", () => {
  let { at } = walk(ladder(0), seconds(12, "bad"), 0);
  ({ at } = walk(at, seconds(11, "good"), 12_000));
  assert.equal(at.step, "small");
  ({ at } = walk(at, seconds(6, "bad"), 23_000));
  assert.equal(at.step, "sound");
  const up = walk(at, seconds(25, "good"), 29_000);
  assert.deepEqual(up.steps, [["small", 20]]);
});

test("what comes in is as good as the worst of it", () => {
  const stream = (score, lost = null, starved = false, dueMs = 60_000) => ({ score, lost, starved, dueMs });
  assert.equal(gradeIn([]), "good");
  assert.equal(gradeIn([stream(10), stream(3)]), "bad");
  assert.equal(gradeIn([stream(10, 0, true)]), "bad");
  assert.equal(gradeIn([stream(10, 0, true, 11_000)]), "fair", "they began to send after we had risen");
  assert.equal(gradeIn([stream(10, 0.6, false, 1_000)]), "bad");
  assert.equal(gradeIn([stream(5)]), "fair");
  assert.equal(gradeIn([stream(10, 0.5)]), "bad");
  assert.equal(gradeIn([stream(10, 0.36)]), "fair", "a fifth on either line");
});

test("the media node remembers a bad line long after the browser sees that it is good", () => {
  assert.equal(gradeIn([{ score: 0, lost: 0, starved: false, dueMs: 60_000 }]), "good");
});

test("after a rise the line is given time to show what it carries, but not to lose", () => {
  const { at } = walk(walk(ladder(0), seconds(12, "bad"), 0).at, seconds(11, "good"), 12_000);
  assert.equal(isSettling(at, 23_000), true);
  assert.equal(isSettling(at, 35_000), false);
  assert.equal(gradeOut({ available: 30_000, lost: 0 }, "small", true), "fair");
  assert.equal(gradeOut({ available: 30_000, lost: 0 }, "small"), "bad");
  assert.equal(gradeOut({ available: 30_000, lost: 0.6 }, "small", true), "bad");
});

test("a guest's weak line takes nobody's picture", () => {
  assert.equal(counts({ peer: "main", source: "camera" }, "main"), true);
  assert.equal(counts({ peer: "guest", source: "camera" }, "main"), false);
  assert.equal(counts({ peer: "guest", source: "microphone" }, null), false);
  assert.equal(counts({ peer: "guest", source: "screen" }, "main"), true);
});

test("what goes out is graded by what the line carries and loses", () => {
  assert.equal(gradeOut({ available: null, lost: 0 }, "full"), "good");
  assert.equal(gradeOut({ available: 60_000, lost: 0 }, "full"), "bad");
  assert.equal(gradeOut({ available: 2_000_000, lost: 0.3 }, "full"), "bad");
  assert.equal(gradeOut({ available: 120_000, lost: 0 }, "full"), "fair");
  assert.equal(gradeOut({ available: 120_000, lost: 0 }, "small"), "good", "little is sent, so little is known");
  assert.equal(gradeOut({ available: 20_000, lost: 0 }, "sound"), "good");
  assert.equal(gradeOut({ available: 2_000_000, lost: null }, "sound"), "fair", "silence is no good news");
});
