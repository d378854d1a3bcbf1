// Three people are recorded once all three agreed, and one film comes of it: whoever speaks is large, the others are small
// beside them, and everybody is heard.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person } from "./lib/browser.mjs";
import { appearAs } from "./lib/camera.mjs";
import { colour, filmOf, look, loudness, probed } from "./lib/film.mjs";
import { startProduct } from "./lib/server.mjs";
import { comeAsGuest, endCall, inPhase, introduce, inviteGuest, talk } from "./lib/steps.mjs";

const SELLER = "Rhea Recorder";
const TURN_S = 7;
/** Of the film: where who speaks is, and where everybody is else. */
const LARGE = "crop=960:540:0:0";
const PLACES = [0, 180, 360].map((top) => `crop=320:180:960:${top}`);
const files = mkdtempSync(join(tmpdir(), "tallyroom-three-"));
let product;
let browser;
before(async () => {
  product = await startProduct("recording_three", { TALLYROOM__FILES__DIRECTORY: files });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(files, { recursive: true, force: true });
});

test("one film of three people, the one who speaks large", { timeout: 300_000 }, async () => {
  const [seller, buyer, guest] = [await person(browser, product.lumen), await person(browser, product.lumen), await person(browser, product.lumen)];
  const people = [
    { page: buyer, shows: "red", hertz: 400 },
    { page: seller, shows: "green", hertz: 700 },
    { page: guest, shows: "blue", hertz: 1_100 },
  ];
  for (const { page, shows, hertz } of people) await appearAs(page, shows, hertz);
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Bela Buyer", headline: "Three on record", title: "Round table", rate: "6.00" });
  const call = await talk(seller, buyer, SELLER);
  const link = await inviteGuest(buyer, "specialist");
  await buyer.keyboard.press("Escape");
  await comeAsGuest(guest, link, "Gil Guest");
  await inPhase(guest, "live");
  for (const { page } of people) await page.locator("#stage[data-people='2']").waitFor({ timeout: 30_000 });

  // Nothing is written while one of three hasn't agreed.
  for (const { page } of people) await press(page, "mic");
  await press(buyer, "record");
  await buyer.getByTestId("record-yes").click();
  await seller.getByTestId("record-yes").click();
  await guest.getByTestId("recording-text").waitFor();
  await pause(1_500);
  assert.equal(product.sql("select count(*) from recordings where began_at is not null"), "0");
  await guest.getByTestId("record-yes").click();
  for (const { page } of people) await page.getByTestId("recording-banner").waitFor();
  assert.equal(product.sql("select count(*) from recording_consents where answer = 'given'"), "3");
  await becomes(() => product.sql("select count(*) from recordings where began_at is not null"), "1");
  const beganAt = Number(product.sql("select extract(epoch from began_at) from recordings"));

  // One after the other is heard.
  const turns = [];
  for (const { page, ...who } of people) {
    await press(page, "mic");
    const from = Date.now() / 1_000 - beganAt;
    await pause(TURN_S * 1_000);
    await press(page, "mic");
    turns.push({ ...who, from });
  }
  await press(buyer, "record-stop");
  await guest.getByTestId("toast").filter({ hasText: "The recording has ended" }).first().waitFor();
  const interval = Number(product.sql("select extract(epoch from ended_at - began_at) from recordings"));
  await endCall(buyer);

  const path = join(files, "three.mp4");
  const url = await filmOf(buyer, call, path);
  const { streams, format } = await probed(path);
  assert.deepEqual(streams.map((stream) => stream.codec_name).sort(), ["aac", "h264"]);
  const { width, height } = streams.find((stream) => stream.codec_name === "h264");
  assert.deepEqual([width, height], [1280, 540]);
  assert.ok(Math.abs(Number(format.duration) - interval) <= 1, `${format.duration} s of ${interval} s`);

  const placeOf = {};
  for (const { shows, hertz, from } of turns) {
    const [early, late] = [from + TURN_S / 2, from + TURN_S - 1];
    assert.equal(await colour(path, early, LARGE), shows, `large at ${early} s`);
    assert.notEqual(await look(path, early, LARGE), await look(path, late, LARGE), `${shows} stands still`);
    const places = await Promise.all(PLACES.map((place) => colour(path, early, place)));
    assert.deepEqual([...places].sort(), ["dark", ...people.map((who) => who.shows).filter((one) => one !== shows)].sort(), `beside ${shows}`);
    for (const [index, shown] of places.entries()) {
      if (shown === "dark") continue;
      assert.equal((placeOf[shown] ??= index), index, `${shown} keeps a place`);
      assert.notEqual(await look(path, early, PLACES[index]), await look(path, late, PLACES[index]), `${shown} stands still`);
    }
    const heard = Object.fromEntries(await Promise.all(people.map(async (who) => [who.shows, await loudness(path, early, late, who.hertz)])));
    for (const other of people.filter((who) => who.hertz !== hertz)) assert.ok(heard[shows] > heard[other.shows] + 15, JSON.stringify({ shows, heard }));
  }
  // It is the buyer's and the seller's; who came by a link doesn't get it.
  const asked = await guest.evaluate(async (address) => (await fetch(address)).status, url);
  assert.ok([401, 403, 404].includes(asked), String(asked));
});

/** The bar hides while nobody moves. */
async function press(page, name) {
  await page.mouse.move(150, 300);
  await page.mouse.move(160, 310);
  await page.getByTestId(name).click();
}
