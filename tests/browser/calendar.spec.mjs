// A seller's calendar in a browser: what is booked stands on it, hours are drawn out and stretched by hand, and a buyer
// then sees the changed times; on a desktop and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { json, pay, register, startSelling, submit } from "./lib/steps.mjs";

const SELLER = "Cal Endar";
const BUYER = "Bea Booker";
/** What half an hour is high. */
const SLOT = 24;

let product;
let browser;
before(async () => {
  product = await startProduct("calendar");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const [name, viewport] of [["lumen", undefined], ["velvet", PHONE]]) {
  test(`hours drawn on the calendar of ${name} can be booked`, { timeout: 240_000 }, () => play(name, viewport));
}

async function play(name, viewport) {
  const seller = await person(browser, product[name], { viewport });
  const buyer = await person(browser, product[name], { viewport });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `calendar-${name}-${step}`);
  };
  await register(seller, product, SELLER);
  await startSelling(seller, { headline: "Draws by the hour", title: "A conference", rate: "6.00", booking: "pay_after_accept", length: "60" });
  await seller.goto("/sell/hours");
  for (const day of ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]) await seller.fill(`[name=${day}]`, "9-12");
  await submit(seller, "/sell/hours");
  await seller.locator("[name=monday]").and(seller.locator("[value='09:00–12:00']")).waitFor();

  // Tomorrow at nine is booked.
  const { from, book } = await tomorrow(seller);
  await register(buyer, product, BUYER);
  await buyer.goto(`${book}?from=${from}`);
  const times = () => buyer.locator("fieldset").first().locator("label").allInnerTexts();
  await buyer.locator("fieldset").first().locator("label").first().click();
  await buyer.locator("form:has([name=start]) button:visible").first().click();
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  const order = new URL(buyer.url()).pathname;
  await seller.goto(order);
  await seller.locator("button[value=accept]").click();
  await seller.locator("button[value=accept]").waitFor({ state: "detached" });
  await buyer.reload();
  await buyer.locator("button[value=pay]").click();
  await buyer.waitForURL(/\/gateway\/test\//);
  await pay(buyer);
  await becomes(async () => (await json(seller, `/api/v1/bookings/${order.split("/").pop()}`)).state, "booked");

  // The seller sees it, in a day's view; on a phone that is the first one.
  await seller.goto("/sell/calendar");
  if (viewport) assert.equal(await seller.locator("[data-calendar-view=timeGridDay]").getAttribute("aria-pressed"), "true");
  else await seller.locator("[data-calendar-view=timeGridDay]").click();
  await seller.locator("[data-calendar-go=today]").click();
  await seller.locator("[data-calendar-go=later]").click();
  await seller.locator(".cal-booked").waitFor();
  assert.match(await seller.locator(".cal-booked").innerText(), /09:00–10:00\s*Booked\s*Bea Booker/);
  await seen(seller, "1-day");

  // From two to half past three is drawn out, and stretched by an hour.
  await drag(seller, 14 * 60, 15 * 60 + 30);
  await seller.getByTestId("toast").filter({ hasText: "changed" }).waitFor();
  await hours(seller, from, [[540, 720], [840, 930]]);
  await drag(seller, 15 * 60 + 28, 16 * 60 + 29);
  await hours(seller, from, [[540, 720], [840, 990]]);

  // Undone, and written down instead.
  await seller.getByTestId("toast").filter({ hasText: "changed" }).getByRole("button", { name: "Undo" }).click();
  await hours(seller, from, [[540, 720], [840, 930]]);
  await seen(seller, "2-drawn");
  await seller.locator("button.cal-body").last().press("Enter");
  await seller.locator("dialog [name=hours]").fill("10-9");
  await seller.locator("dialog .btn-primary").click();
  await seller.locator("[data-day-wrong]:not([hidden])").waitFor();
  await seen(seller, "3-wrong");
  await seller.locator("dialog [name=hours]").fill("9-10:30, 20-21:30");
  await seller.locator("dialog .btn-primary").click();
  await hours(seller, from, [[540, 630], [1200, 1290]]);

  // The buyer is offered what there is now.
  await buyer.goto(`${book}?from=${from}`);
  assert.deepEqual(await times(), ["20:00", "20:15", "20:30"]);
  await seen(buyer, "4-times");

  // Week and month show the same days.
  await seller.locator("[data-calendar-view=timeGridWeek]").click();
  await seller.locator(".cal-open").first().waitFor();
  await seen(seller, "5-week");
  await seller.locator("[data-calendar-view=dayGridMonth]").click();
  await seller.locator(".cal-booked").first().waitFor();
  await seen(seller, "6-month");
  await seller.locator(".cal-booked .cal-body").first().click();
  await seller.waitForURL(new RegExp(`${order}$`));
  for (const page of [seller, buyer]) {
    // A day's hours that can't be read are refused, which the browser notes.
    assert.deepEqual(page.problems.filter((problem) => !/422/.test(problem)), []);
    await page.context().close();
  }
}

/** The day after today by the seller's clock, and the page at which their service is booked. */
async function tomorrow(seller) {
  const calendar = await json(seller, "/api/v1/selling/calendar?days=2");
  const { items } = await json(seller, "/api/v1/selling/services");
  return { from: calendar.days[1].date, book: `/book/${items[0].id}` };
}

async function hours(seller, date, expected) {
  await becomes(async () => (await json(seller, `/api/v1/selling/calendar?from=${date}&days=1`)).days[0].hours, expected);
  // The page has drawn it, too.
  await becomes(() => seller.locator(".cal-open:not(.ec-preview, .ec-ghost)").count(), expected.length);
}

/** Draws with the mouse from one minute of the day to another. */
async function drag(page, from, to) {
  const main = page.locator(".ec-main");
  await main.evaluate((element, top) => element.scrollTo({ top }), ((from - 120) / 30) * SLOT);
  await main.scrollIntoViewIfNeeded();
  const day = await page.locator(".ec-body .ec-day").first().boundingBox();
  const [x, y] = [day.x + day.width * 0.7, (minute) => day.y + (minute / 30) * SLOT];
  await page.mouse.move(x, y(from) + 1);
  await page.mouse.down();
  await page.mouse.move(x, (y(from) + y(to)) / 2, { steps: 5 });
  await page.mouse.move(x, y(to) - 1, { steps: 5 });
  await page.mouse.up();
}
