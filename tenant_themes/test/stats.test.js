// What the browser counts of what comes in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

const { Arrivals } = await load("room/media/stats.ts");

test("a picture whose packets come and can't be shown stands still; one that isn't sent doesn't", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const arrivals = new Arrivals();
  const counted = { type: "inbound-rtp", ssrc: 1, packetsReceived: 0, packetsLost: 0, framesDecoded: 0 };
  const second = async (packets, frames) => {
    now += 1_000;
    counted.packetsReceived += packets;
    counted.framesDecoded += frames;
    await arrivals.ask({ connectionState: "connected", getStats: async () => [counted] });
    return arrivals.standsStill(1);
  };
  for (let nth = 0; nth < 5; nth++) assert.equal(await second(50, 20), false);
  const seen = [];
  for (let nth = 0; nth < 5; nth++) seen.push(await second(50, 0));
  assert.deepEqual(seen, [false, false, false, true, true]);
  assert.equal(await second(50, 1), false, "it moves again");
  for (let nth = 0; nth < 6; nth++) assert.equal(await second(0, 0), false, "nothing is sent");
});
