// A call is recorded once both agreed, not before; a media node is killed meanwhile, the server while the film is made; and
// one film with both sides comes of it, that whoever may can save.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DESKTOP, launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { frame, probed } from "./lib/film.mjs";
import { startProduct } from "./lib/server.mjs";
import { goAvailable, inPhase, json, register, ring, seesOther, startSelling, topUp } from "./lib/steps.mjs";

const SELLER = "Rica Recorder";
const files = mkdtempSync(join(tmpdir(), "tallyroom-files-"));
let product;
let browser;
let seller;
let buyer;
before(async () => {
  product = await startProduct("recording", { TALLYROOM__FILES__DIRECTORY: files });
  browser = await launchBrowser();
  seller = await person(browser, product.lumen);
  buyer = await person(browser, product.lumen, { viewport: PHONE });
});
after(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(files, { recursive: true, force: true });
});

test("consent, a killed node, a killed server, and one film", { timeout: 300_000 }, async () => {
  const call = await live();
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `recording-${step}`);
  };

  // The seller doesn't want it: the call goes on unrecorded.
  await record(buyer);
  await Promise.all([buyer, seller].map((page) => page.getByTestId("recording-text").waitFor()));
  await seen(buyer, "1-asked");
  await buyer.getByTestId("record-yes").click();
  await pause(1_500);
  assert.deepEqual(parts(), [], "nothing is written before both agreed");
  await seen(seller, "2-question");
  await seller.getByTestId("record-no").click();
  await toast(buyer, "Not everybody agreed");
  assert.deepEqual(parts(), []);

  // Now both do; whoever has declined needn't wait to ask.
  await press(seller, "record");
  await buyer.getByTestId("record-yes").click();
  await seller.getByTestId("record-yes").click();
  await Promise.all([buyer, seller].map((page) => page.getByTestId("recording-banner").waitFor()));
  await seen(buyer, "3-banner");
  const proofs = product.sql("select answer || ' ' || text_version from recording_consents order by at");
  assert.equal(proofs.split("\n").length, 4, proofs);
  await pause(7_000);
  assert.ok(parts().length >= 2, "a file a person");

  // The node that writes is killed: both come back on another, and the recording goes on.
  const [node] = product.mediaNodes();
  process.kill(node, "SIGKILL");
  await until("another node", () => product.mediaNodes().some((pid) => pid !== node));
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await until("files of the new node", () => parts().length >= 4);
  await pause(7_000);
  await press(seller, "record-stop");
  await toast(buyer, "The recording has ended");
  const interval = Number(
    product.sql("select extract(epoch from ended_at - began_at) from recordings where began_at is not null"),
  );

  // The server is killed as the call ends: the film is made all the same.
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await inPhase(buyer, "ended", 30_000);
  await product.kill();
  await product.serveAgain();
  await buyer.goto(`/calls/${call}/bill`);
  const film = buyer.locator("[data-testid=recording][data-state=ready]");
  await until("the film", async () => (await film.count()) > 0 || (await buyer.reload(), false), 120);
  await film.locator("video").evaluate((video) => video.readyState >= 1 || new Promise((done) => (video.onloadedmetadata = done)));
  await seen(buyer, "4-bill");

  const saved = buyer.waitForEvent("download");
  await film.getByRole("link", { name: "Save" }).or(film.locator("a[download]")).first().click();
  const path = join(files, "saved.mp4");
  await (await saved).saveAs(path);
  const told = await probed(path);
  assert.deepEqual(told.streams.map((stream) => stream.codec_name).sort(), ["aac", "h264"]);
  const length = Number(told.format.duration);
  assert.ok(Math.abs(length - interval) <= 1, `${length} s of ${interval} s`);
  for (const side of [0, 1]) {
    const early = await frame(path, 3, side);
    const later = await frame(path, 5, side);
    const last = await frame(path, length - 3, side);
    assert.equal(new Set([early, later, last]).size, 3, `side ${side} stands still`);
  }
  // Nobody else gets it, and no parts are left over.
  const [{ url }] = (await json(buyer, `/api/v1/calls/${call}/recordings`)).items;
  const stranger = await person(browser, product.lumen);
  await stranger.goto("/");
  assert.equal(await stranger.evaluate(async (address) => (await fetch(address)).status, url), 401);
  assert.deepEqual(parts().filter((name) => !name.endsWith("call.mp4")), []);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
});

test("people whose browsers know no H.264 are recorded as well", { timeout: 240_000 }, async () => {
  for (const page of [seller, buyer]) await page.addInitScript(withoutH264);
  await seller.goto("/sell");
  await buyer.setViewportSize(DESKTOP);
  const call = await connected();
  assert.ok((await sent(buyer)).includes("video/VP8"), String(await sent(buyer)));
  await press(buyer, "record");
  for (const page of [buyer, seller]) await page.getByTestId("record-yes").click();
  await buyer.getByTestId("recording-banner").waitFor();
  await pause(8_000);
  await press(buyer, "record-stop");
  await toast(buyer, "The recording has ended");
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await inPhase(buyer, "ended", 30_000);
  const ready = async () => (await json(buyer, `/api/v1/calls/${call}/recordings`)).items.find(({ state }) => state === "ready");
  await until("the film", ready, 120);
  const { url } = await ready();
  const film = await buyer.evaluate(async (address) => {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
  }, url);
  const path = join(files, "vp8.mp4");
  writeFileSync(path, Buffer.from(film, "base64"));
  const told = await probed(path);
  assert.deepEqual(told.streams.map((stream) => stream.codec_name).sort(), ["aac", "h264"]);
  for (const side of [0, 1]) assert.notEqual(await frame(path, 2, side), await frame(path, 5, side), `side ${side} stands still`);
});

/** Takes H.264 out of what the page's connections offer. */
function withoutH264() {
  window.connections = [];
  const { createOffer } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createOffer = async function (...args) {
    window.connections.push(this);
    const { type, sdp } = await createOffer.apply(this, args);
    const gone = [...sdp.matchAll(/^a=rtpmap:(\d+) H264/gm)].map(([, id]) => id);
    for (const [, id, repaired] of sdp.matchAll(/^a=fmtp:(\d+) apt=(\d+)/gm)) if (gone.includes(repaired)) gone.push(id);
    const stays = (line) => !gone.includes(line.match(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)/)?.[1]);
    const listed = (line) => (line.startsWith("m=video") ? line.split(" ").filter((word, at) => at < 3 || !gone.includes(word)).join(" ") : line);
    return { type, sdp: sdp.split("\r\n").filter(stays).map(listed).join("\r\n") };
  };
}

/** What the page's connections send. */
function sent(page) {
  return page.evaluate(async () => {
    const found = new Set();
    for (const connection of window.connections) {
      const all = await connection.getStats();
      all.forEach((stat) => stat.type === "outbound-rtp" && found.add(all.get(stat.codecId)?.mimeType));
    }
    return [...found];
  });
}

async function live() {
  await register(seller, product, SELLER);
  await startSelling(seller, { headline: "Talks on record", title: "On record", rate: "6.00" });
  await goAvailable(seller);
  await register(buyer, product, "Bela Buyer");
  await topUp(buyer, "50");
  return connected();
}

async function connected() {
  await ring(buyer, SELLER);
  await seller.getByTestId("accept").click();
  await seller.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await Promise.all([inPhase(seller, "pre_check"), inPhase(buyer, "pre_check")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await buyer.getByTestId("connect").click();
  await seller.getByTestId("connect").click();
  await Promise.all([inPhase(seller, "live"), inPhase(buyer, "live")]);
  return new URL(buyer.url()).pathname.split("/").pop();
}

/** The bar hides while nobody moves. */
async function press(page, name) {
  await page.mouse.move(150, 300);
  await page.mouse.move(160, 310);
  await page.getByTestId(name).click();
}

/** On a phone it is among what the bar has no room for. */
async function record(page) {
  await press(page, "more");
  await page.locator("#dialog-more [data-do=record]").click();
}

async function toast(page, text) {
  await page.getByTestId("toast").filter({ hasText: text }).first().waitFor();
}

/** Files below `recordings`, by their paths. */
function parts() {
  try {
    return readdirSync(join(files, "recordings"), { recursive: true }).filter((name) => name.endsWith(".mp4"));
  } catch {
    return [];
  }
}

async function until(what, holds, tries = 60) {
  for (let nth = 0; nth < tries; nth++) {
    if (await holds()) return;
    await pause(500);
  }
  assert.fail(`${what} didn't come`);
}
