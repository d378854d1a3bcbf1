// Preset P1, "Lessons", played by a teacher in New York and a pupil in Berlin: paid first, agreed on in three rounds across
// the days in March on which only one of the two clocks has changed, launched by the teacher, ended at zero, rated by both.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { inPhase, json, pay, register, seesOther, startSelling, submit } from "./lib/steps.mjs";

const TEACHER = "Tess Teacher";
const PUPIL = "Paul Pupil";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** New York's clock goes forward on the second Sunday of March, at seven in the morning UTC; Berlin's two weeks later. */
function nextChange() {
  for (let year = new Date().getUTCFullYear(); ; year++) {
    const first = new Date(Date.UTC(year, 2, 1));
    const change = Date.UTC(year, 2, 8 + ((7 - first.getUTCDay()) % 7), 7);
    if (change - 5 * DAY > Date.now()) return change;
  }
}

const change = nextChange();
/** The Thursday before, at noon UTC. */
const ordered = change - 3 * DAY + 5 * HOUR;
/** Nine o'clock in New York: on the Friday before the change, and on the Monday after it. */
const friday = change - 2 * DAY + 7 * HOUR;
const monday = change + DAY + 6 * HOUR;
/** Seconds by which the clock is put forward to stand at a moment now. */
const ahead = (moment) => ({ TALLYROOM__DEVELOPMENT__AHEAD_S: String(Math.round((moment - Date.now()) / 1000)) });

let product;
let browser;
before(async () => {
  product = await startProduct("lessons", ahead(ordered));
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("a lesson, agreed on in three rounds across a change of the clocks, talked to its end", { timeout: 300_000 }, async () => {
  const teacher = await person(browser, product.lumen, { zone: "America/New_York" });
  const pupil = await person(browser, product.lumen, { zone: "Europe/Berlin", viewport: PHONE });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `lessons-${step}`);
  };

  await register(teacher, product, TEACHER);
  await startSelling(teacher, { headline: "Teaches chess", title: "A lesson", rate: "6.00", booking: "negotiated", length: "1" });
  await teacher.goto("/sell/hours");
  for (const day of ["monday", "tuesday", "wednesday", "thursday", "friday"]) await teacher.fill(`[name=${day}]`, "9-17");
  await submit(teacher, "/sell/hours");
  await teacher.locator("[name=monday]").and(teacher.locator("[value='09:00–17:00']")).waitFor();

  // Bought, and paid on the gateway's page.
  await register(pupil, product, PUPIL);
  await pupil.goto("/?q=chess");
  await pupil.getByRole("link", { name: TEACHER }).first().click();
  await pupil.locator("a[href^='/book/']:visible").first().click();
  await seen(pupil, "1-buy");
  await pupil.locator("form[method=post]:has([name=minutes]) button:visible").click();
  await pupil.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  const order = new URL(pupil.url()).pathname.split("/").pop();
  await pupil.locator("button[value=pay]").click();
  await pupil.waitForURL(/\/gateway\/test\//);
  await pay(pupil);
  await becomes(async () => (await json(pupil, `/api/v1/bookings/${order}`)).state, "open");

  // Three rounds. Each sees both clocks: six hours apart before the change, five after it.
  await propose(pupil, order, friday, "15:00");
  await offered(teacher, order, ["09:00", "15:00"]);
  await seen(teacher, "2-first");
  await propose(teacher, order, monday, "09:00");
  await offered(pupil, order, ["14:00", "09:00"]);
  await seen(pupil, "3-second");
  await propose(pupil, order, monday + HOUR, "15:00");
  await offered(teacher, order, ["10:00", "15:00"]);
  await teacher.locator("button[value=accept]").click();
  await becomes(async () => (await json(teacher, `/api/v1/bookings/${order}`)).state, "booked");
  await pupil.goto(`/conferences/${order}`);
  const agreed = await pupil.locator("#order").innerText();
  assert.match(agreed, /15:00/);
  assert.match(agreed, /10:00/);
  await seen(pupil, "4-booked");

  // Ten minutes before it.
  await product.restart(ahead(monday + HOUR - HOUR / 6));
  for (const page of [teacher, pupil]) {
    await page.goto(`/conferences/${order}`);
    // That the server was away for a moment is none of theirs.
    page.problems.length = 0;
  }
  await teacher.locator("button[value=launch]").click({ timeout: 30_000 });
  await teacher.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await pupil.getByTestId("accept").click();
  await Promise.all([inPhase(teacher, "pre_check"), inPhase(pupil, "pre_check")]);
  await pupil.getByTestId("connect").click();
  await teacher.getByTestId("connect").click();
  await Promise.all([inPhase(teacher, "live"), inPhase(pupil, "live")]);
  await Promise.all([seesOther(teacher), seesOther(pupil)]);
  await screenshot(pupil, "lessons-5-live");
  // It was paid for a minute, and nobody ends it.
  await Promise.all([teacher, pupil].map((page) => page.getByTestId("ended").waitFor({ timeout: 90_000 })));
  await screenshot(teacher, "lessons-6-ended");
  for (const page of [teacher, pupil]) {
    await page.getByTestId("ack").click();
    await page.getByTestId("total").waitFor();
  }
  for (const page of [pupil, teacher]) {
    await page.getByTestId("rate-5").check();
    await page.getByTestId("rate-submit").click();
    await page.locator("[data-testid=rate-5]:disabled").waitFor();
  }
  const ended = await json(pupil, `/api/v1/bookings/${order}`);
  assert.deepEqual([ended.outcome, ended.price_minor, ended.refund_minor], ["held", 600, 0]);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  await pupil.goto(`/conferences/${order}`);
  await seen(pupil, "7-over");
  for (const page of [teacher, pupil]) assert.deepEqual(page.problems, []);
});

/** Names a time on an order's page, which says it by the reader's clock. */
async function propose(page, order, moment, clock) {
  await page.goto(`/conferences/${order}`);
  const times = page.locator("details:has([name=start])");
  if (!(await times.evaluate((details) => details.open))) await times.locator("summary").click();
  const start = new Date(moment).toISOString().replace(".000", "");
  const choice = page.locator(`label:has([name=start][value="${start}"])`);
  assert.match(await choice.innerText(), new RegExp(clock));
  await choice.click();
  await page.locator("form:has([value=propose]) button").click();
  await becomes(async () => (await json(page, `/api/v1/bookings/${order}`)).offer?.start, start);
}

/** An order's page names the offered time by both clocks. */
async function offered(page, order, clocks) {
  await page.goto(`/conferences/${order}`);
  const text = await page.locator("#order .rounded-box").innerText();
  for (const clock of clocks) assert.match(text, new RegExp(clock), text);
}
