// Three people in a call, each in a browser of their own: an interpreter comes by a link, speaks on a language's channel,
// and is heard by whoever chose it, while the original is lowered; somebody whom the seller asks waits for the buyer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { comeAsGuest, inPhase, introduce, inviteGuest, submit, talk } from "./lib/steps.mjs";

const SELLER = "Greta Guest";
let product;
let browser;
before(async () => {
  product = await startProduct("guests");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("an interpreter by a link, channels, and a guest who waits", { timeout: 300_000 }, async () => {
  const seller = await person(browser, product.lumen);
  const buyer = await person(browser, product.lumen);
  const interpreter = await person(browser, product.lumen, { viewport: PHONE });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `guests-${step}`);
  };
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Bela Buyer", headline: "Talks among several", title: "Round table", rate: "6.00" });
  await talk(seller, buyer, SELLER);
  await barFits(buyer);

  const link = await inviteGuest(buyer, "interpreter", ["de", "en"]);
  await seen(buyer, "1-link");
  await buyer.keyboard.press("Escape");
  await interpreter.goto(link);
  await seen(interpreter, "2-asked");
  await interpreter.fill("[name=name]", "Ira Interpreter");
  await submit(interpreter, new URL(link).pathname);
  await inPhase(interpreter, "live");
  for (const page of [seller, buyer]) await page.locator("#stage[data-people='2']").waitFor({ timeout: 30_000 });
  await interpreter.locator("#stage[data-people='2']").waitFor({ timeout: 30_000 });
  for (const page of [seller, buyer, interpreter]) await named(page, 2);
  await seen(buyer, "3-three");
  await seen(interpreter, "4-interpreter");

  // On no channel everybody is heard alike.
  const all = await levels(buyer);
  assert.ok(all["Ira Interpreter"] > 0.01 && all[SELLER] > 0.01, JSON.stringify(all));
  // On the German one only who listens to German hears it, and the original softly.
  await interpreter.getByTestId("speak").selectOption("de");
  await until(buyer, "the interpreter silent", (heard) => heard["Ira Interpreter"] === 0 && heard[SELLER] > 0.01);
  await buyer.getByTestId("channel").selectOption("de");
  const interpreted = await until(buyer, "the interpreter heard", (heard) => heard["Ira Interpreter"] > 0.01);
  assert.ok(interpreted[SELLER] > 0 && interpreted[SELLER] < all[SELLER] / 2, JSON.stringify({ all, interpreted }));
  const original = await levels(seller);
  assert.equal(original["Ira Interpreter"], 0, "the seller listens to the original");
  // Back among all: heard as everybody, and nothing is lowered any more.
  await interpreter.getByTestId("speak").selectOption("");
  await until(buyer, "all alike", (heard) => heard["Ira Interpreter"] > 0.01 && heard[SELLER] > all[SELLER] / 2);

  // Whom the seller asks, the buyer lets in; and shows out.
  const other = await person(browser, product.lumen);
  const second = await inviteGuest(seller, "specialist");
  await seller.keyboard.press("Escape");
  await comeAsGuest(other, second, "Sven Specialist");
  await other.getByTestId("admission").waitFor();
  await seen(other, "5-waits");
  const knock = buyer.getByTestId("toast").filter({ hasText: "Sven Specialist" });
  await knock.getByRole("button", { name: "Let in" }).click();
  await inPhase(other, "live");
  await other.locator("#stage[data-people='3']").waitFor({ timeout: 30_000 });
  await named(buyer, 3);
  await seen(buyer, "6-four");
  await buyer.getByTestId("people").click();
  await buyer.getByTestId("people-list").locator("li", { hasText: "Sven Specialist" }).getByRole("button", { name: "Show out" }).click();
  await other.getByTestId("shown-out").waitFor();
  await seen(other, "7-out");
  await buyer.keyboard.press("Escape");
  await buyer.locator("#stage[data-people='2']").waitFor();

  // The guest sees no money, and hears of the end.
  assert.equal(await interpreter.getByTestId("charged").isVisible(), false);
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await interpreter.getByTestId("ended").waitFor({ timeout: 30_000 });
  await seen(interpreter, "8-over");
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  // Being told "not yet" is an answer, too.
  for (const page of [seller, buyer, interpreter]) assert.deepEqual(page.problems, []);
});

/** However narrow the window is, no button of the bar stands outside. */
async function barFits(page) {
  const size = page.viewportSize();
  for (const width of [320, PHONE.width, 768, 1024]) {
    await page.setViewportSize({ width, height: PHONE.height });
    const [left, right] = await page.evaluate(() => {
      const shown = [...document.querySelectorAll("#bar > *")].filter((button) => button.getClientRects().length > 0);
      return [shown[0].getBoundingClientRect().left, innerWidth - shown.at(-1).getBoundingClientRect().right];
    });
    assert.ok(left >= 0 && right >= 0, `the bar at ${width}: ${left} left, ${right} right`);
  }
  await page.setViewportSize(size);
}

/** Among several, each tile says whose it is. */
async function named(page, people) {
  const names = page.locator("#stage .tile-other .tile-name");
  await names.nth(people - 1).waitFor();
  assert.equal(await names.count(), people);
  for (const name of await names.all()) {
    assert.equal(await name.isVisible(), true);
    assert.notEqual((await name.innerText()).trim(), "");
  }
}

/**
 * How loud each of the others is heard: the loudest sound of the next two seconds (the test browsers beep once a second),
 * as the person's player plays it.
 */
function levels(page) {
  return page.evaluate(async () => {
    const audio = new AudioContext();
    const players = [...document.querySelectorAll("#stage video")].filter((video) => video.srcObject?.getAudioTracks().length);
    const listening = players.filter((video) => video.id !== "self-video").map((video) => {
      const analyser = audio.createAnalyser();
      audio.createMediaStreamSource(new MediaStream(video.srcObject.getAudioTracks())).connect(analyser);
      const name = video.closest(".tile").querySelector(".tile-name").innerText.trim().split("\n")[0];
      return { video, analyser, name, samples: new Float32Array(analyser.fftSize), loudest: 0 };
    });
    const until = performance.now() + 2_200;
    while (performance.now() < until) {
      for (const each of listening) {
        each.analyser.getFloatTimeDomainData(each.samples);
        const peak = each.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        each.loudest = Math.max(each.loudest, peak);
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await audio.close();
    return Object.fromEntries(listening.map(({ name, video, loudest }) => [name, video.muted ? 0 : loudest * video.volume]));
  });
}

async function until(page, what, wanted) {
  let heard;
  for (let tries = 0; tries < 8; tries++) {
    heard = await levels(page);
    if (wanted(heard)) return heard;
  }
  assert.fail(`${what}: ${JSON.stringify(heard)}`);
}
