// A client that shares no code with ours, in another language, calls through the documented signaling protocol.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { required, startProduct } from "./lib/server.mjs";

const caller = join(import.meta.dirname, "..", "clients", "caller.py");

let product;
before(async () => {
  product = await startProduct("second_client", { TALLYROOM__DEMO__ROBOTS: "true" });
});
after(() => product?.stop());

test("pymediasoup rings, joins, sends and receives, and pays for it", { timeout: 180_000 }, async () => {
  const robots = "select count(*) from sellers where available_until is not null";
  for (let tries = 0; Number(product.sql(robots)) === 0; tries++) {
    assert.ok(tries < 60, "no robot came");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const [email, password] = buyer();
  const called = [caller, `127.0.0.1:${product.port}`, `${product.lumen.host}:${product.port}`, email, password];
  const env = { ...process.env, PYTHONPATH: required("TALLYROOM_TEST_CLIENTS") };
  const told = await promisify(execFile)("python3", called, { env });
  const seen = JSON.parse(told.stdout);
  assert.ok(seen.frames.audio > 100, told.stdout);
  assert.ok(seen.frames.video > 20 && seen.distinct_pictures > 10, told.stdout);
  assert.equal(seen.ended, "buyer_ended");
  assert.ok(seen.billable_ms > 3_000 && seen.charged_minor > 0, told.stdout);
});

/** Who buys at the first demo tenant, as the seeding printed it. */
function buyer() {
  const line = product.seeded.split("\n").find((each) => /lumen/.test(each) && /buyer/i.test(each));
  assert.ok(line, product.seeded);
  return line.trim().split(/\s+/).slice(2);
}
