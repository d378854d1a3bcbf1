// Builds the consoles' pages into dist/, served under /admin of every host. Says how much script the first page needs.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import { join } from "node:path";
import { defineConfig } from "vite";
import { firstLoad } from "./tools/size.mjs";

const here = import.meta.dirname;
const mock = "http://127.0.0.1:8099";

/** Prints the first load of both consoles once the files are written. */
function sizes() {
  return {
    name: "sizes",
    apply: "build",
    closeBundle() {
      for (const { face, scripts, styles } of firstLoad(join(here, "dist")))
        console.log(`first load, ${face}: ${scripts} bytes of script, ${styles} of style (gzip)`);
    },
  };
}

export default defineConfig({
  base: "/admin/",
  plugins: [tailwindcss(), svelte(), sizes()],
  build: {
    outDir: "dist",
    manifest: true,
    target: "es2022",
    // The content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run mock` beside it answers the API; hosts tell the two consoles apart.
  server: { port: 8098, allowedHosts: [".localhost"], proxy: { "/api": mock, "/theme": mock, "/login": mock } },
});
