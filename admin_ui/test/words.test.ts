/** Every language says everything, with the same places to fill in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "../src/words";
import { de } from "../src/words/de";
import { en, type Text } from "../src/words/en";

const places = (text: Text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g))].sort();

test("German has every text, and none that English lacks", () => {
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
});

test("a text's places are the same in both languages", () => {
  for (const [key, text] of Object.entries(en)) assert.deepEqual(places(de[key as keyof typeof en] ?? ""), places(text), key);
});

test("counts choose the form, numbers are written as the language does", () => {
  const text = { one: "{count} call", other: "{count} calls" };
  assert.equal(fill(text, { count: 1 }, "en"), "1 call");
  assert.equal(fill(text, { count: 1200 }, "en"), "1,200 calls");
  assert.equal(fill(text, { count: 1200 }, "de"), "1.200 calls");
  assert.equal(fill("{name} and {name}, {other}", { name: "Ada" }, "en"), "Ada and Ada, {other}");
});
