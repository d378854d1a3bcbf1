// Builds the customer pages' styles and scripts into dist/, served under /assets/. Templates find the hashed names in
// Vite's manifest; the server writes icons into pages itself, from icons.json.
import tailwindcss from "@tailwindcss/vite";
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;

/** All icons of the set as `{name: inner markup}`; the `icon` helper puts the svg element around. */
function icons() {
  return {
    name: "icons",
    generateBundle() {
      const folder = join(here, "node_modules/lucide-static/icons");
      const inner = (svg) => svg.replace(/<!--.*?-->/gs, "").replace(/^\s*<svg[^>]*>|<\/svg>\s*$/gs, "");
      const all = readdirSync(folder).map((file) => [
        file.replace(/\.svg$/, ""),
        inner(readFileSync(join(folder, file), "utf8")).replace(/\s*\n\s*/g, ""),
      ]);
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(Object.fromEntries(all)) });
    },
  };
}

/** Each theme's pictures (logo, favicon, faces) under its own name: lumen/logo.svg and so on. */
function pictures() {
  return {
    name: "pictures",
    generateBundle() {
      for (const theme of ["default", "lumen", "velvet"]) {
        const folder = join(here, theme, "pictures");
        if (!existsSync(folder)) continue;
        for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".svg"))) {
          this.emitFile({
            type: "asset",
            fileName: `${theme}/${file.replaceAll("\\", "/")}`,
            source: readFileSync(join(folder, file)),
          });
        }
      }
    },
  };
}

export default defineConfig({
  base: "/assets/",
  publicDir: false,
  plugins: [tailwindcss(), icons(), pictures()],
  build: {
    outDir: "dist",
    assetsDir: "",
    manifest: true,
    target: "es2022",
    // The content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: ["default/app.css", "default/app.ts", "default/room/main.ts", "default/room/line/main.ts", "default/page/calendar.ts"].filter((file) => existsSync(join(here, file))),
    },
  },
});
