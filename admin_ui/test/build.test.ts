/** What was built keeps the promises that a browser would break on. Needs `npm run build`. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BUDGET, firstLoad } from "../tools/size.mjs";

const dist = join(import.meta.dirname, "../dist");

test("the first page of each console needs less script than the budget", () => {
  const loads = firstLoad(dist);
  assert.deepEqual(loads.map(({ face }) => face), ["platform", "tenant"]);
  for (const { face, scripts } of loads) assert.ok(scripts > 10_000 && scripts < BUDGET, `${face}: ${scripts} bytes`);
});

test("the page has no inline script or style, which the security policy would block", () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  for (const [, attributes = "", body = ""] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) assert.ok(attributes.includes("src=") && body === "", attributes);
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/);
  assert.match(html, /href="\/theme\/console\.css"/);
});

test("scripts set no style attribute by markup and reach no other host", () => {
  for (const file of readdirSync(join(dist, "assets")).filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(dist, "assets", file), "utf8");
    assert.doesNotMatch(text, /<[a-z]+[^>`]*\sstyle="/, file);
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org\/|svelte\.dev\/)/, file);
  }
});
