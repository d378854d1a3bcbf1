// Who makes room when there are many toasts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

globalThis.document = { readyState: "complete" };
const { pushedOut } = await load("room/toast.ts");

const stays = (toast) => toast.startsWith("stays");
const out = (...shown) => pushedOut(shown, stays);

test("the oldest goes when a fifth comes", () => {
  assert.deepEqual(out("one", "two", "three"), []);
  assert.deepEqual(out("one", "two", "three", "four"), ["one"]);
});

test("what stays is never pushed out, whatever else goes", () => {
  assert.deepEqual(out("stays 1", "one", "stays 2", "two"), ["one"]);
  assert.deepEqual(out("stays 1", "stays 2", "stays 3", "one"), ["one"]);
  assert.deepEqual(out("stays 1", "stays 2", "stays 3", "stays 4"), []);
  assert.deepEqual(out("stays 1", "stays 2", "one", "stays 3", "stays 4", "two"), ["one", "two"]);
});
