// A live call in two browsers while the programs under it are killed: it goes on by itself, and nothing is charged twice.
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { inPhase, introduce, json, seesOther, talk } from "./lib/steps.mjs";

// In blocks of five seconds.
const RATE_MINOR = 600;
const BLOCK_MS = 5_000;

const SELLER = "Sela Steady";
let product;
let browser;
let seller;
let buyer;
before(async () => {
  // Enough for `hammer`.
  const settings = { TALLYROOM__LIMITS__REQUESTS_PER_SECOND: "10000", TALLYROOM__LIMITS__TENANT_REQUESTS_PER_SECOND: "10000" };
  product = await startProduct("failures", settings);
  browser = await launchBrowser();
  seller = await person(browser, product.lumen);
  buyer = await person(browser, product.lumen);
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Bo Patient", headline: "Stays on the line", title: "A long talk", rate: "6.00" });
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("a media node is killed: both come back on another", { timeout: 150_000 }, async () => {
  const call = await live();
  const [node] = product.mediaNodes();
  assert.ok(node, "the server has a media node");
  process.kill(node, "SIGKILL");
  await until("another node", () => product.mediaNodes().some((pid) => pid !== node));
  await bothSeeEachOther();
  await nextBlock(call);
  await endsWithOneTrueBill(call);
});

test("the server is killed: the call goes on after its restart", { timeout: 150_000 }, async () => {
  const call = await live();
  const left = product.mediaNodes();
  await product.kill();
  await pause(6_000);
  await screenshot(buyer, "failures-server-away");
  await product.serveAgain();
  await bothSeeEachOther();
  await nextBlock(call);
  const bill = await endsWithOneTrueBill(call);
  assert.equal(bill.billed.length, 2, "the time without a server is a gap in the bill");
  await until("the nodes of the killed server are told to end", () => {
    const log = product.log();
    return left.length > 0 && log.includes("draining=true");
  });
});

test("the server is killed and nobody comes back: settled at the last media", { timeout: 150_000 }, async () => {
  const call = await live();
  await product.kill();
  await Promise.all([seller.goto("about:blank"), buyer.goto("about:blank")]);
  const left = Date.now();
  await product.serveAgain();
  await buyer.goto("/wallet");
  // Both may come back for two minutes. Nobody does; the buyer ends the call.
  await pause(6_000);
  const charged = await paid(call);
  await pause(6_000);
  assert.equal(await paid(call), charged, "nothing is charged while nobody is there");
  await buyer.goto(`/calls/${call}`);
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.goto(`/calls/${call}`);
  const bill = await trueBill(call);
  assert.ok(bill.billed.at(-1).to_ms <= left, "billed up to the last media at most");
});

test("a page that was away while its call ended shows the end", { timeout: 150_000 }, async () => {
  const call = await live();
  await product.kill();
  await buyer.context().setOffline(true);
  await product.serveAgain();
  await inPhase(seller, "suspended", 40_000);
  await seller.getByTestId("end").click();
  await seller.getByTestId("end-confirm").click();
  await seller.getByTestId("total").waitFor();
  await buyer.context().setOffline(false);
  await buyer.getByTestId("ended").waitFor();
  await buyer.getByTestId("ack").click();
  await trueBill(call);
});

test("PostgreSQL restarts in a live call: errors say so, then all goes on", { timeout: 150_000 }, async () => {
  const restart = process.env.TALLYROOM_TEST_DATABASE_RESTART;
  assert.ok(restart, "TALLYROOM_TEST_DATABASE_RESTART is not set: run these tests with ./dev test browser");
  const call = await live();
  const load = hammer();
  execSync(restart, { stdio: "inherit" });
  await nextBlock(call);
  const answers = await load.stop();
  const strange = answers.filter((status) => ![200, 503].includes(status));
  assert.deepEqual(strange, [], "errors of a database that is away are 503, nothing else");
  assert.equal(answers.at(-1), 200);
  await endsWithOneTrueBill(call);
});

/** A call between the two in which a block has been charged; gives its id. */
async function live() {
  const call = await talk(seller, buyer, SELLER);
  await nextBlock(call);
  return call;
}

async function bothSeeEachOther() {
  await Promise.all([inPhase(seller, "live", 40_000), inPhase(buyer, "live", 40_000)]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
}

/** What the ledger moved for the call so far, in minor units. */
function paid(call) {
  const sum = "select coalesce(sum(amount_minor), 0) from ledger_transfers where phase = 'posted' and kind = 'call_time'";
  return Number(product.sql(`${sum} and leg_id in (select id from call_legs where call_id = '${call}')`));
}

/** Waits until one more block than now is paid. */
async function nextBlock(call) {
  const before = paid(call);
  await until("the next block is paid", () => paid(call) > before, 30_000);
}

async function endsWithOneTrueBill(call) {
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.getByTestId("ended").waitFor();
  await seller.getByTestId("ack").click();
  return trueBill(call);
}

/** The bill is whole blocks of the time in which both were there, it is what the ledger moved, and nothing is held. */
async function trueBill(call) {
  await buyer.getByTestId("total").waitFor();
  const bill = await json(buyer, `/api/v1/calls/${call}/bill`);
  const together = bill.billed.reduce((sum, { from_ms, to_ms }) => sum + to_ms - from_ms, 0);
  assert.equal(bill.billable_ms, together, "billed time is the time on the strip");
  const blocks = Math.ceil(bill.billable_ms / BLOCK_MS);
  assert.equal(bill.charged_minor, Math.floor((RATE_MINOR * blocks * BLOCK_MS) / 60_000));
  assert.equal(paid(call), bill.charged_minor);
  const wallet = await json(buyer, "/api/v1/wallet");
  assert.equal(wallet.held_minor, 0);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  return bill;
}

/** Reads the wallet again and again; `stop()` gives the statuses, the last one asked for after stopping. */
function hammer() {
  const statuses = [];
  const ask = async () => statuses.push(await buyer.evaluate(() => fetch("/api/v1/wallet").then(({ status }) => status)));
  let on = true;
  const running = (async () => {
    while (on) await ask();
  })();
  return {
    async stop() {
      on = false;
      await running;
      await ask();
      return statuses;
    },
  };
}

async function until(what, holds, patience = 20_000) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(200)) {
    if (holds()) return;
  }
  assert.fail(`not in time: ${what}`);
}
