// How many compressed bytes the first page of each console needs: its entry, what that imports, and the lazy parts
// that the first page asks for at once (its route, the chart).
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Sources of each console's first page, as Vite's manifest names them. */
const FIRST = {
  platform: ["index.html", "src/platform/routes.ts", "src/platform/Overview.svelte"],
  tenant: ["index.html", "src/tenant/routes.ts", "src/tenant/Dashboard.svelte", "src/parts/plot.ts"],
};

/** The most either may have. */
export const BUDGET = 150 * 1024;

/** @returns {{face: string, scripts: number, styles: number}[]} */
export function firstLoad(dist) {
  const path = join(dist, ".vite/manifest.json");
  if (!existsSync(path)) return [];
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const zipped = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
  return Object.entries(FIRST).map(([face, sources]) => {
    const scripts = new Set();
    const styles = new Set();
    const visit = (name) => {
      const chunk = manifest[name];
      if (!chunk) throw new Error(`the manifest has no ${name}`);
      if (scripts.has(chunk.file)) return;
      scripts.add(chunk.file);
      for (const file of chunk.css ?? []) styles.add(file);
      for (const imported of chunk.imports ?? []) visit(imported);
    };
    sources.forEach(visit);
    return { face, scripts: zipped(scripts), styles: zipped(styles) };
  });
}
