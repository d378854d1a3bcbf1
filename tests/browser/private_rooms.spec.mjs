// A seller's private room: one visitor without an account comes in by the password, another knocks and is let in while the
// talk goes on; all three see and hear each other, and nothing is charged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { inPhase, register, startSelling } from "./lib/steps.mjs";

const HOST = "Hanna Host";
let product;
let browser;
before(async () => {
  product = await startProduct("private_rooms");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("visitors without an account come by a password and by knocking", { timeout: 300_000 }, async () => {
  const host = await person(browser, product.lumen);
  const first = await person(browser, product.lumen);
  const second = await person(browser, product.lumen, { viewport: PHONE });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `private-rooms-${step}`);
  };
  await register(host, product, HOST);
  await startSelling(host, { headline: "An open door", title: "Round table", rate: "6.00" });
  const transfers = () => Number(product.sql("select count(*) from ledger_transfers"));
  const before = transfers();
  const { address, password } = await makeRoom(host);
  await seen(host, "1-made");

  await first.goto(address);
  await seen(first, "2-door");
  await first.fill("[name=name]", "Fay First");
  await first.fill("[name=password]", "no such password");
  await first.getByRole("button", { name: "Enter" }).click();
  await first.getByText("don't open this room").waitFor();
  await first.fill("[name=password]", password);
  await first.getByRole("button", { name: "Enter" }).click();
  await first.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await inPhase(first, "pre_check");
  await seen(first, "3-alone");
  // The host hears of it on whatever page is open.
  await host.getByTestId("accept").waitFor();
  await seen(host, "4-entered");
  await host.getByTestId("accept").click();
  await host.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await Promise.all([inPhase(host, "live"), inPhase(first, "live")]);
  await Promise.all([moves(host), moves(first)]);
  assert.equal(await host.getByTestId("charged").isVisible(), false);
  await seen(host, "5-live");

  await second.goto(address);
  await second.fill("[name=name]", "Kim Knocks");
  await second.getByRole("button", { name: "Knock" }).click();
  await second.locator("#visit[data-state=waiting]").waitFor();
  await seen(second, "6-waits");
  const letIn = host.getByRole("button", { name: "Let in" });
  await letIn.waitFor({ timeout: 20_000 });
  await seen(host, "7-knock");
  await letIn.click();
  await second.waitForURL(/\/calls\/[0-9a-f-]+$/, { timeout: 20_000 });
  await inPhase(second, "live");
  for (const page of [host, first, second]) await page.locator("#stage[data-people='2']").waitFor({ timeout: 30_000 });
  await moves(second);
  await seen(first, "8-three");

  // The host shows out whoever came first; the others talk on.
  await host.mouse.move(200, 200);
  await host.getByTestId("people").click();
  await host.getByRole("button", { name: "Show out: Fay First" }).click();
  await first.getByTestId("shown-out").waitFor({ timeout: 30_000 });
  await seen(first, "9-shown-out");
  await host.getByRole("button", { name: "Show out: Fay First" }).waitFor({ state: "detached" });
  await host.locator("#stage[data-people='1']").waitFor();
  await seen(host, "10-people");
  await host.keyboard.press("Escape");
  await moves(second);

  await host.mouse.move(210, 210);
  await host.getByTestId("end").click();
  await host.getByTestId("end-confirm").click();
  await second.getByTestId("ended").waitFor({ timeout: 30_000 });
  await seen(second, "11-over");
  assert.equal(transfers(), before, "nothing was charged");
  for (const page of [host, second]) assert.deepEqual(page.problems, []);
});

async function makeRoom(page) {
  await page.goto(`${new URL(page.url()).origin}/sell/rooms`);
  await page.fill("[name=title]", "Evening round");
  await page.selectOption("[name=cost]", "free");
  await page.getByRole("button", { name: "Make the room" }).click();
  const address = await page.getByTestId("address").inputValue();
  return { address, password: await page.getByTestId("told").inputValue() };
}

/** The other's picture comes, and its frames differ. */
async function moves(page) {
  const frames = () => page.evaluate(() => document.querySelector("#other-video").getVideoPlaybackQuality().totalVideoFrames);
  await page.waitForFunction(() => document.querySelector("#other-video").videoWidth > 0, null, { timeout: 30_000 });
  const before = await frames();
  await page.waitForTimeout(1_000);
  assert.ok((await frames()) > before, "the picture stands still");
}
