// What is wrong with a page, as far as a browser can tell: axe's findings, and whether it is wider than its window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Sizes and schemes that pages are looked at in. */
export const WIDTHS = [1280, 390];
export const SCHEMES = ["light", "dark"];
/** Those to look at in a width: the dark has its own colours, the same in every width; screenshots are taken of all. */
export const schemesIn = (width, shoots) => (shoots || width === WIDTHS[0] ? SCHEMES : ["light"]);
export const LOOKS = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));

/** Gives a page a width and a scheme. */
export async function wear(page, { width, scheme }) {
  await page.setViewportSize({ width, height: width > 600 ? 800 : 844 });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
}

/** Waits until what fades or moves has come to rest. */
export function atRest(page) {
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ending = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/** Axe's findings, of all its rules or of some. */
export function axe(page, rules) {
  return page.evaluate(
    async ({ source, rules }) => {
      if (!window.axe) (0, eval)(source);
      const asked = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
      return (await window.axe.run(document, asked)).violations.map(
        (v) => `axe ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`,
      );
    },
    { source: axeSource, rules },
  );
}

/** The rules that look at colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Axe's findings that a scheme can have anew: the dark has other colours, and the order of the light. */
export async function axeIn(page, scheme) {
  const found = await (scheme === "light" ? axe(page) : axe(page, COLOURS));
  return found.map((fault) => `${scheme}: ${fault}`);
}

/** By how much a page is too wide, in words. */
export async function overflow(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return wide > 0 ? [`${wide} px too wide`] : [];
}
