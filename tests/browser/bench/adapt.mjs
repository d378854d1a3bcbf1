// How long the other's picture takes to be steady again after the line has become narrow, and for comparison how long it
// takes at the beginning of a call on a good line. `./dev bench adapt` reads the last line of what this prints.
import { launchBrowser, person } from "../lib/browser.mjs";
import { startLine } from "../lib/line.mjs";
import { startProduct } from "../lib/server.mjs";
import { connect, inPhase, introduce, ring } from "../lib/steps.mjs";

const SELLER = "Ada Steady";
const ROUNDS = 3;
const MEDIA_PORT = 41_981;
const NARROW = { kbps: 500 };
/** Wider than a camera's smaller sizes: more than the narrow line carries. */
const LARGE = 641;

const line = await startLine(MEDIA_PORT);
const product = await startProduct("adapt", line.settings);
const browser = await launchBrowser();
try {
  const [seller, buyer] = [await person(browser, product.lumen), await person(browser, product.lumen)];
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Bert Narrow", headline: "Steady", title: "A steady talk", rate: "1.00" });
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(seller, buyer));
  console.log(JSON.stringify(rounds));
} finally {
  await browser.close();
  await product.stop();
  line.stop();
}

async function measure(seller, buyer) {
  await seller.goto("/sell");
  await ring(buyer, SELLER);
  await seller.getByTestId("accept").click();
  await Promise.all([inPhase(seller, "pre_check"), inPhase(buyer, "pre_check")]);
  const started_ms = await steadyAfter(buyer);
  await connect(seller, buyer);
  await buyer.waitForFunction((large) => document.querySelector("#other-video").videoWidth >= large, LARGE, { timeout: 60_000 });
  line.become(NARROW);
  const adapted_ms = await steadyAfter(buyer, LARGE);
  line.become({});
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.getByTestId("ended").waitFor();
  return { adapted_ms, started_ms };
}

/**
 * Milliseconds until the other's picture begins to be steady: of one size for a while, with no second of few pictures. A
 * picture that isn't narrower than `below` hasn't adapted to anything: it counts as not steady.
 */
function steadyAfter(page, below = Infinity) {
  return page.evaluate((below) => {
    const [LOOK_MS, STEADY_MS, LONGEST_MS, FEWEST] = [100, 5_000, 90_000, 6];
    const video = document.querySelector("#other-video");
    const began = performance.now();
    const looks = [];
    let [since, width] = [began, video.videoWidth];
    return new Promise((done, failed) => {
      const timer = setInterval(() => {
        const now = performance.now();
        const frames = video.getVideoPlaybackQuality().totalVideoFrames;
        const before = looks.findLast(({ at }) => at <= now - 1_000);
        looks.push({ at: now, frames });
        const few = before && frames - before.frames < FEWEST;
        if (few || video.videoWidth !== width || video.videoWidth >= (below ?? Infinity)) since = now;
        width = video.videoWidth;
        if (now - since >= STEADY_MS) done(since - began);
        else if (now - began > LONGEST_MS) failed(new Error(`the picture doesn't become steady: it is ${width} px wide`));
        else return;
        clearInterval(timer);
      }, LOOK_MS);
    });
  }, below);
}
