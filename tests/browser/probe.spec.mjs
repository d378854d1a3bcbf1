// The operator's canary: one paid call through the running product, told as JSON; and a reason when something is missing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startProduct } from "./lib/server.mjs";

let product;
before(async () => {
  product = await startProduct("probe");
});
after(() => product?.stop());

test("the probe's call is paid, and its books are right", { timeout: 120_000 }, async () => {
  const { code, out, error } = await product.command("probe");
  assert.equal(code, 0, error);
  const seen = JSON.parse(out);
  assert.ok(seen.join_ms > 0);
  assert.ok(seen.frames_decoded.buyer > 10 && seen.frames_decoded.seller > 10, out);
  assert.ok(seen.seconds_metered > 0 && seen.increments >= 2, out);
  assert.equal(seen.charged_minor, seen.seller_minor + seen.tenant_minor);
  assert.ok(seen.charged_minor > 0);
  assert.match(seen.currency, /^[A-Z]{3}$/);
  assert.equal(seen.ledger_sum_minor, 0);
});

test("without media the probe fails and says why", { timeout: 120_000 }, async () => {
  for (const node of product.mediaNodes()) process.kill(node, "SIGSTOP");
  const { code, out, error } = await product.command("probe");
  for (const node of product.mediaNodes()) process.kill(node, "SIGCONT");
  assert.notEqual(code, 0);
  assert.equal(out, "");
  assert.match(error, /the canary call failed: .+/);
});
