// The media of a call in two browsers: layers, screens, devices that go away, networks that change or let nothing through.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { axe, overflow } from "./lib/faults.mjs";
import { startLine } from "./lib/line.mjs";
import { startRelay } from "./lib/relay.mjs";
import { startProduct } from "./lib/server.mjs";
import { goAvailable, inPhase, json, register, ring, seesOther, startSelling, topUp } from "./lib/steps.mjs";

const RELAY_PORT = 41_978;
const MEDIA_PORT = 41_979;
// In blocks of five seconds.
const RATE_MINOR = 600;
const BLOCK_MS = 5_000;
/** What is charged is known so long after it was talked: nodes report every half second, and writers wait a little. */
const KNOWN_AFTER_MS = 2_000;

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
  // The second of Chromium's cameras gives pictures that it can't send.
  browser = await launchBrowser([], 3);
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

/**
 * Keeps what the page opens within reach, so that tests can look at connections and pull plugs, and notes how much of the
 * other's picture it asks for and how much of its own it sends: all sizes, the smallest, or none.
 */
function watchMedia() {
  window.connections = [];
  window.opened = [];
  window.steps = { asked: [], sent: [] };
  const note = (steps, step) => steps.at(-1) !== step && steps.push(step);
  const tell = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const { type, layer, paused } = JSON.parse(text);
    if (type === "prefer_layers") note(window.steps.asked, layer === null ? "sound" : layer === 0 ? "small" : "full");
    if (type === "pause_producer" && paused) note(window.steps.sent, "sound");
    return tell.call(this, text);
  };
  const set = RTCRtpSender.prototype.setParameters;
  RTCRtpSender.prototype.setParameters = function (wanted, ...more) {
    const active = wanted.encodings.filter(({ active }) => active).length;
    if (wanted.encodings.length > 1) note(window.steps.sent, active === 1 ? "small" : "full");
    return set.call(this, wanted, ...more);
  };
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
  await until("the screen's sound is heard beside the voice", async () => (await heard(seller)).length === 2);
  const sounds = await seller.evaluate(() => document.querySelector("#screen-video").srcObject.getAudioTracks().map(({ muted }) => muted));
  assert.deepEqual(sounds, [false], "it is played where the screen is");
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

test("the other's picture fills the screen, or floats above other windows", { timeout: 60_000 }, async () => {
  const full = () => buyer.evaluate(() => document.fullscreenElement !== null);
  const floating = () => buyer.evaluate(() => document.pictureInPictureElement?.id ?? null);
  const press = async (button) => {
    // The bar comes when the mouse moves.
    await buyer.mouse.move(150, 300);
    await buyer.mouse.move(160, 310);
    await buyer.locator(`#bar [data-do=${button}]`).click();
  };
  for (const [button, look, on, off] of [["fullscreen", full, true, false], ["pip", floating, "other-video", null]]) {
    assert.equal(await look(), off);
    await press(button);
    await becomes(look, on);
    await buyer.locator(`#bar [data-do=${button}][aria-pressed=true]`).waitFor();
    await seesOther(buyer);
    await press(button);
    await becomes(look, off);
    await buyer.locator(`#bar [data-do=${button}][aria-pressed=false]`).waitFor();
  }
});

test("another camera and another microphone are taken from the menu, and nobody notices", { timeout: 120_000 }, async () => {
  const [streams, ways] = [await received(seller), await waysOf(buyer)];
  await buyer.getByTestId("devices").click();
  try {
    for (const [kind, device] of [["video", "camera"], ["audio", "microphone"]]) {
      const [before] = await sent(buyer, kind);
      const choice = buyer.locator(`#dialog-devices [data-device=${device}]`);
      const devices = await choice.locator("option").evaluateAll((options) => options.map(({ value }) => value));
      const other = devices.findLast((id) => id !== before.deviceId);
      assert.ok(other, `there is another ${device}`);
      await choice.selectOption(other);
      await becomes(async () => (await sent(buyer, kind)).map(({ deviceId }) => deviceId), [other]);
      await becomes(() => choice.inputValue(), other);
    }
  } finally {
    await buyer.keyboard.press("Escape");
  }
  await goesOn(seller, streams);
  assert.deepEqual(await waysOf(buyer), ways);
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live");
});

test("noise and echo are taken from a voice, or left in it", { timeout: 60_000 }, async () => {
  const streams = await received(seller);
  const cleaned = async () => {
    const [{ noiseSuppression, echoCancellation }] = await sent(buyer, "audio");
    return { noiseSuppression, echoCancellation };
  };
  const becomesSo = (noiseSuppression, echoCancellation) => becomes(cleaned, { noiseSuppression, echoCancellation });
  await becomesSo(true, true);
  await buyer.getByTestId("devices").click();
  const box = (cleaner) => buyer.locator(`#dialog-devices [data-cleaner=${cleaner}]`);
  try {
    await box("noise").uncheck();
    await becomesSo(false, true);
    await box("echo").uncheck();
    await becomesSo(false, false);
    for (const cleaner of ["noise", "echo"]) await box(cleaner).check();
    await becomesSo(true, true);
  } finally {
    await buyer.keyboard.press("Escape");
  }
  await goesOn(seller, streams);
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
  const before = await waysOf(buyer);
  await buyer.context().setOffline(true);
  await pause(4_000);
  await buyer.context().setOffline(false);
  // Media pass all the while here: only who is online again, and asks for new ways, has others than before.
  await until("new ways", async () => areOthers(before, await waysOf(buyer)));
  await Promise.all([inPhase(buyer, "live", 40_000), inPhase(seller, "live", 40_000)]);
  await Promise.all([seesOther(buyer), seesOther(seller)]);
});

test("another network, of which no page is told: both find new ways, and see each other as before", { timeout: 120_000 }, async () => {
  const pages = [buyer, seller];
  const before = await Promise.all(pages.map(waysOf));
  const opened = await Promise.all(pages.map(connectionsOpened));
  line.changeNetwork();
  await Promise.all(pages.map(pictureStops));
  await Promise.all(pages.map(pictureAgain));
  const after = await Promise.all(pages.map(waysOf));
  pages.forEach((_, page) => assert.ok(areOthers(before[page], after[page]), `${before[page]} became ${after[page]}`));
  assert.deepEqual(await Promise.all(pages.map(connectionsOpened)), opened, "nobody had to join again");
  await Promise.all(pages.map((page) => inPhase(page, "live", 40_000)));
  await hangUp();
});

/** By which name each of the page's open connections is checked (ICE's user fragment): another one after each restart. */
function waysOf(page) {
  return page.evaluate(() =>
    window.connections
      .filter(({ connectionState }) => connectionState === "connected")
      .map(({ localDescription }) => localDescription.sdp.match(/^a=ice-ufrag:(\S+)/m)[1]),
  );
}

/** How many connections the page has opened so far. */
const connectionsOpened = (page) => page.evaluate(() => window.connections.length);

function areOthers(before, after) {
  return before.length > 0 && after.length === before.length && after.every((way) => !before.includes(way));
}

/** The other's picture stands still. */
async function pictureStops(page) {
  await until("the other's picture stands still", async () => {
    const before = await framesShown(page);
    await pause(1_000);
    return (await framesShown(page)) === before;
  });
}

/** The sounds that come in and are no silence, lately. */
async function heard(page) {
  const energy = async () => new Map((await stats(page, "inbound-rtp", "audio")).map(({ ssrc, totalAudioEnergy }) => [ssrc, totalAudioEnergy]));
  const before = await energy();
  await pause(1_500);
  return [...(await energy())].filter(([ssrc, now]) => now > (before.get(ssrc) ?? now));
}

test("a weak line falls back to a smaller picture, then to sound only, says so, and is left again", { timeout: 180_000 }, async () => {
  await live();
  await buyer.evaluate(() => (window.steps = { asked: [], sent: [] }));
  line.become({ loss: 0.6 });
  await buyer.getByTestId("weak").waitFor({ timeout: 60_000 });
  await until("the page falls back step by step", () => fellBack(buyer), 10_000);
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

/**
 * Whether the page has come to ask for sound only, or to send no more; whichever of both it did, or is about to, a smaller
 * picture was its step before.
 */
async function fellBack(page) {
  const { asked, sent } = await page.evaluate(() => window.steps);
  for (const steps of [asked, sent])
    for (const [index, step] of steps.entries()) assert.ok(step !== "sound" || steps[index - 1] === "small", JSON.stringify({ asked, sent }));
  return [asked, sent].some((steps) => steps.includes("sound"));
}

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

test("bad lines: the call stays up, with a picture or with sound only, and so does its meter", { timeout: 240_000 }, async () => {
  const call = new URL(buyer.url()).pathname.split("/").pop();
  const stretches = [];
  try {
    for (const bad of BAD_LINES) stretches.push(await standsUp(call, ...bad));
  } finally {
    line.become({});
    await hangUp();
  }
  await areBilled(call, stretches);
});

/**
 * The call goes on and is paid for, and whoever sees little of it is told: by the notice, or by how good the line is said to
 * be. Gives when that was.
 */
async function standsUp(call, name, bad) {
  line.become(bad);
  const [from, paidBefore] = [Date.now(), paid(call)];
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
  const to = Date.now();
  const paidMs = ((paid(call) - paidBefore) * 60_000) / RATE_MINOR;
  // A block is paid when it begins.
  const off = Math.abs(paidMs - (to - from));
  assert.ok(off <= BLOCK_MS + KNOWN_AFTER_MS, `${name}: ${paidMs} ms were paid for in ${to - from}`);
  return { name, from, to };
}

/** What the ledger moved for the call so far, in minor units. */
function paid(call) {
  const sum = "select coalesce(sum(amount_minor), 0) from ledger_transfers where phase = 'posted' and kind = 'call_time'";
  return Number(product.sql(`${sum} and leg_id in (select id from call_legs where call_id = '${call}')`));
}

/** All of these stretches were billed (both were there, if not without gaps), no moment twice, and paid for in whole blocks. */
async function areBilled(call, stretches) {
  await buyer.getByTestId("total").waitFor();
  const bill = await json(buyer, `/api/v1/calls/${call}/bill`);
  bill.billed.slice(1).forEach(({ from_ms }, index) => assert.ok(from_ms >= bill.billed[index].to_ms, "no moment is billed twice"));
  for (const { name, from, to } of stretches) {
    const parts = bill.billed.map(({ from_ms, to_ms }) => Math.max(0, Math.min(to_ms, to) - Math.max(from_ms, from)));
    const billed = parts.reduce((sum, part) => sum + part, 0);
    console.log(`${name}: ${billed} of ${to - from} ms were billed`);
    assert.ok(billed >= 0.95 * (to - from), `${name}: only ${billed} of ${to - from} ms were billed`);
  }
  const together = bill.billed.reduce((sum, { from_ms, to_ms }) => sum + to_ms - from_ms, 0);
  assert.equal(bill.billable_ms, together);
  assert.equal(bill.charged_minor, Math.floor((RATE_MINOR * Math.ceil(together / BLOCK_MS) * BLOCK_MS) / 60_000));
  assert.equal(paid(call), bill.charged_minor);
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

/** What the devices give whose picture or sound the page sends. */
function sent(page, kind) {
  return page.evaluate((kind) => {
    const senders = window.connections.filter(({ connectionState }) => connectionState === "connected").flatMap((one) => one.getSenders());
    return senders.filter(({ track }) => track?.kind === kind).map(({ track }) => track.getSettings());
  }, kind);
}

/** The streams that come in, and how much has come of each. */
async function received(page) {
  const streams = await stats(page, "inbound-rtp");
  return streams.map(({ ssrc, packetsReceived }) => ({ ssrc, packetsReceived })).sort((one, other) => one.ssrc - other.ssrc);
}

/** The same streams as before go on, picture and sound. */
async function goesOn(page, before) {
  await seesOther(page);
  const all = (now) => now.length === before.length && now.every(({ ssrc }, index) => ssrc === before[index].ssrc);
  const now = await until("the same streams go on", async () => {
    const now = await received(page);
    return (!all(now) || now.every(({ packetsReceived }, index) => packetsReceived > before[index].packetsReceived)) && now;
  });
  assert.ok(all(now), `${JSON.stringify(before)} became ${JSON.stringify(now)}`);
}
