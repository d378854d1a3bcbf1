// The media of a call in two browsers: layers, screens, devices that go away, networks that change or let nothing through.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { axe, overflow } from "./lib/faults.mjs";
import { startLine } from "./lib/line.mjs";
import { startRelay } from "./lib/relay.mjs";
import { startProduct } from "./lib/server.mjs";
import { goAvailable, inPhase, register, ring, seesOther, startSelling, topUp } from "./lib/steps.mjs";

const RELAY_PORT = 41_978;
const MEDIA_PORT = 41_979;

let line;
let relay;
let product;
let browser;
let seller;
let buyer;
before(async () => {
  relay = await startRelay(RELAY_PORT);
  line = await startLine(MEDIA_PORT);
  product = await startProduct("media", { ...relay.settings, ...line.settings });
  browser = await launchBrowser();
  seller = await person(browser, product.lumen);
  buyer = await person(browser, product.lumen);
  for (const page of [seller, buyer]) await page.addInitScript(watchMedia);
  await register(seller, product, "Sela Clear");
  await startSelling(seller, { headline: "Seen and heard", title: "A clear talk", rate: "6.00" });
  await goAvailable(seller);
  await register(buyer, product, "Bo Looker");
  await topUp(buyer, "50.00");
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await relay?.stop();
  line?.stop();
});

/** Keeps what the page opens within reach, so that tests can look at connections and pull plugs. */
function watchMedia() {
  window.connections = [];
  window.opened = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(settings) {
      super(window.relayOnly ? { ...settings, iceTransportPolicy: "relay" } : settings);
      window.connections.push(this);
    }
  };
  const devices = navigator.mediaDevices;
  const open = devices?.getUserMedia.bind(devices);
  if (open)
    devices.getUserMedia = async (wanted) => {
      if (window.unplugged) throw new DOMException("nothing there", "NotFoundError");
      const stream = await open(wanted);
      window.opened.push(...stream.getTracks());
      return stream;
    };
}

/** The newest statistics of a type in the page's open connections. */
function stats(page, type, kind) {
  return page.evaluate(
    async ({ type, kind }) => {
      const found = [];
      for (const connection of window.connections.filter(({ connectionState }) => connectionState === "connected"))
        (await connection.getStats()).forEach((stat) => stat.type === type && (!kind || stat.kind === kind) && found.push({ ...stat }));
      return found;
    },
    { type, kind },
  );
}

async function until(what, holds, timeout = 30_000) {
  for (const deadline = Date.now() + timeout; ; await pause(500)) {
    const seen = await holds();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${timeout / 1_000} s: ${what}`);
  }
}

async function live() {
  await seller.goto("/sell");
  await ring(buyer, "Sela Clear");
  await seller.getByTestId("accept").click();
  await Promise.all([inPhase(seller, "pre_check"), inPhase(buyer, "pre_check")]);
  await buyer.getByTestId("connect").click();
  await seller.getByTestId("connect").click();
  await Promise.all([inPhase(seller, "live"), inPhase(buyer, "live")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
}

async function hangUp() {
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.getByTestId("ended").waitFor();
}

test("a camera is sent in layers, and a small tile gets a small one", { timeout: 180_000 }, async () => {
  await live();
  const layers = await until("three layers go out", async () => {
    const out = await stats(buyer, "outbound-rtp", "video");
    return out.filter(({ framesSent }) => framesSent > 0).length === 3 && out;
  });
  assert.equal(new Set(layers.map(({ rid }) => rid)).size, 3);
  const width = async () => Math.max(0, ...(await stats(seller, "inbound-rtp", "video")).map(({ frameWidth }) => frameWidth ?? 0));
  const wide = await until("the large picture", async () => (await width()) > 640 && (await width()));
  await seller.setViewportSize(PHONE);
  await until("a smaller picture", async () => (await width()) < wide);
  await seesOther(seller);
  assert.deepEqual(await overflow(seller), []);
  await screenshot(seller, "media-phone");
  await seller.setViewportSize({ width: 1280, height: 800 });
  await until("the large picture again", async () => (await width()) === wide);
});

test("a screen is shown large, and the camera small beside it", { timeout: 120_000 }, async () => {
  await buyer.keyboard.press("s");
  await buyer.getByTestId("presents").waitFor();
  await seller.getByTestId("screen").waitFor();
  await seller.waitForFunction(() => document.querySelector("#screen-video").getVideoPlaybackQuality().totalVideoFrames > 3);
  const [screen, camera] = [await seller.getByTestId("screen").boundingBox(), await seller.locator(".tile-other").boundingBox()];
  assert.ok(screen.width > 4 * camera.width, `the screen is ${screen.width} wide, the camera ${camera.width}`);
  await seesOther(seller);
  await screenshot(seller, "media-screen");
  await screenshot(buyer, "media-presenting");
  await buyer.getByTestId("presents").getByRole("button").click();
  await seller.getByTestId("screen").waitFor({ state: "hidden" });
  await buyer.getByTestId("presents").waitFor({ state: "hidden" });
});

test("keys press the buttons, but not while somebody types", { timeout: 60_000 }, async () => {
  await buyer.keyboard.press("m");
  await seller.locator(".tile-other .tile-muted").waitFor();
  await buyer.keyboard.press("m");
  await seller.locator(".tile-other .tile-muted").waitFor({ state: "hidden" });
  await buyer.keyboard.press("c");
  await buyer.getByTestId("chat-input").pressSequentially("mmm");
  assert.equal(await buyer.getByTestId("chat-input").inputValue(), "mmm");
  assert.equal(await buyer.getByTestId("mic").getAttribute("aria-pressed"), "false");
  await buyer.getByTestId("chat-input").fill("");
  await buyer.locator("#chat [data-do=chat]").click();
  await buyer.keyboard.press("?");
  await buyer.locator("#dialog-keys[open]").waitFor();
  assert.deepEqual(await axe(buyer), []);
  await buyer.keyboard.press("Escape");
});

test("a camera that is unplugged gives way to another; without another the page says so, and waits for it", { timeout: 120_000 }, async () => {
  const unplug = (page) =>
    page.evaluate(() => {
      const track = window.opened.findLast(({ kind, readyState }) => kind === "video" && readyState === "live");
      track.stop();
      track.dispatchEvent(new Event("ended"));
    });
  await unplug(buyer);
  await buyer.locator("[data-toast=replaced-video]").waitFor();
  await seesOther(seller);
  await buyer.evaluate(() => (window.unplugged = true));
  await unplug(buyer);
  await buyer.locator("[data-testid=camera].is-off").waitFor();
  await buyer.getByTestId("devices").click();
  await buyer.locator("#dialog-devices").getByText("unplugged").waitFor();
  await screenshot(buyer, "media-unplugged");
  await buyer.keyboard.press("Escape");
  await buyer.evaluate(() => {
    window.unplugged = false;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  });
  await buyer.locator("[data-testid=camera]:not(.is-off)").waitFor();
  await seesOther(seller);
});

test("offline and online again: both see each other as before", { timeout: 120_000 }, async () => {
  await buyer.context().setOffline(true);
  await pause(4_000);
  await buyer.context().setOffline(false);
  await Promise.all([inPhase(buyer, "live", 40_000), inPhase(seller, "live", 40_000)]);
  await Promise.all([seesOther(buyer), seesOther(seller)]);
  await hangUp();
});

test("a weak line falls back to sound only, says so, and is left again", { timeout: 180_000 }, async () => {
  await live();
  line.become({ loss: 0.6 });
  await buyer.getByTestId("weak").waitFor({ timeout: 60_000 });
  await screenshot(buyer, "media-weak");
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live");
  line.become({});
  const since = Date.now();
  await pictureAgain(buyer);
  await pictureAgain(seller);
  console.log(`the picture is back after ${Math.round((Date.now() - since) / 1_000)} s`);
  await buyer.getByTestId("weak").waitFor({ state: "hidden" });
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live");
});

/** How many of the other's pictures the page has shown. */
const framesShown = (page) => page.evaluate(() => document.querySelector("#other-video").getVideoPlaybackQuality().totalVideoFrames);

/** The other's picture moves again, by itself. */
async function pictureAgain(page) {
  const before = await framesShown(page);
  await until("the other's picture moves", async () => (await framesShown(page)) > before + 30, 45_000);
}

const BAD_LINES = [
  ["5 % lost", { loss: 0.05 }],
  ["20 % lost", { loss: 0.2 }],
  ["300 ms late", { delayMs: 150 }],
  ["500 kbit/s", { kbps: 500 }],
];

test("bad lines: the call stays up, with a picture or with sound only", { timeout: 240_000 }, async () => {
  try {
    for (const bad of BAD_LINES) await standsUp(...bad);
  } finally {
    line.become({});
    await hangUp();
  }
});

/** The call goes on, and whoever sees little of it is told: by the notice, or by how good the line is said to be. */
async function standsUp(name, bad) {
  line.become(bad);
  await pause(12_000);
  const before = await framesShown(buyer);
  await pause(6_000);
  const shown = Math.max(0, (await framesShown(buyer)) - before);
  const weak = await buyer.getByTestId("weak").isVisible();
  const { width, signal } = await buyer.evaluate(() => ({
    width: document.querySelector("#other-video").videoWidth,
    signal: document.querySelector(".room-signals .chip:last-child .signal").getAttribute("aria-label"),
  }));
  const seen = weak ? "sound only, and says so" : `a picture of ${width} px, ${Math.round(shown / 6)} frames a second`;
  console.log(`${name}: ${seen}; ${signal}`);
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live", name);
  assert.ok(weak || shown > 6 || (shown > 0 && !/Good/.test(signal)), `${name}: neither picture nor a word about it`);
}

test("where nothing else gets through, the call goes through the relay", { timeout: 180_000 }, async () => {
  await buyer.addInitScript(() => (window.relayOnly = true));
  await live();
  const ends = await stats(buyer, "local-candidate");
  assert.ok(ends.length > 0 && ends.every(({ relayProtocol }) => relayProtocol), JSON.stringify(ends));
  await hangUp();
  assert.equal(await relay.tryCredential(Date.now() + 60_000), 200);
  assert.equal(await relay.tryCredential(Date.now() - 60_000), 401);
});

test("the device check measures the line on the calls' own way", { timeout: 120_000 }, async () => {
  await buyer.goto("/check");
  await buyer.getByTestId("verdict").waitFor({ timeout: 40_000 });
  await buyer.locator("[data-testid=verdict][data-verdict=good]").waitFor();
  assert.match(await buyer.getByTestId("way").innerText(), /relay/);
  assert.deepEqual(await axe(buyer), []);
  await screenshot(buyer, "media-check");
  await buyer.setViewportSize(PHONE);
  assert.deepEqual(await overflow(buyer), []);
  await screenshot(buyer, "media-check-phone");
  await pause(3_000);
  await buyer.getByTestId("run").click();
  await buyer.locator("progress").waitFor();
  await buyer.getByTestId("verdict").waitFor({ timeout: 40_000 });
  await seller.goto("/check");
  await seller.getByTestId("verdict").waitFor({ timeout: 40_000 });
  assert.match(await seller.getByTestId("way").innerText(), /Direct/);
});
