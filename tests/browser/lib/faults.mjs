// What is wrong with a page, as far as a browser can tell: axe's findings, and whether it is wider than its window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Sizes and schemes that pages are looked at in. */
export const LOOKS = [1280, 390].flatMap((width) => ["light", "dark"].map((scheme) => ({ width, scheme })));

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

/** Axe's findings. */
export function axe(page) {
  return page.evaluate(async (source) => {
    if (!window.axe) (0, eval)(source);
    return (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map(
      (v) => `axe ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`,
    );
  }, axeSource);
}

/** By how much a page is too wide, in words. */
export async function overflow(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return wide > 0 ? [`${wide} px too wide`] : [];
}
