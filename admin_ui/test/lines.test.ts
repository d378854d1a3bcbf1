/** What differs between two texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lineChanges } from "../src/lib/lines";

const shown = (before: string, after: string) => lineChanges(before, after).map(({ kind, text }) => ({ was: "-", is: "+", same: " " })[kind] + text);

test("changed lines stand between two that stayed", () => {
  assert.deepEqual(shown("1\n2\n3\n4\n5\n6", "1\n2\n3\nfour\n5\n6"), [" 2", " 3", "-4", "+four", " 5", " 6"]);
  assert.deepEqual(shown("a\nb\nc", "a\nx\nb\ny\nc"), [" a", "+x", " b", "+y", " c"]);
});

test("texts with too many lines to compare are shown whole", () => {
  const many = (mark: string) => Array.from({ length: 30_000 }, (_, line) => `${mark}${line}`).join("\n");
  const changes = lineChanges(many("a"), many("b"));
  assert.equal(changes.length, 60_000);
});

test("a text that begins or ends is all new or all gone", () => {
  assert.deepEqual(shown("", "a\nb"), ["+a", "+b"]);
  assert.deepEqual(shown("a\nb", ""), ["-a", "-b"]);
  assert.deepEqual(shown("a", "a"), [" a"]);
});
