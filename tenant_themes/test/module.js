// Loads the room's TypeScript into Node, as Vite would into a browser.
import { join } from "node:path";
import { createServer } from "vite";

/** The module at a path below `default/`; `after` closes what loading takes. */
export async function load(path) {
  const root = join(import.meta.dirname, "..", "default");
  const server = await createServer({
    root,
    configFile: false,
    appType: "custom",
    logLevel: "error",
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  try {
    return await server.ssrLoadModule(`/${path}`);
  } finally {
    await server.close();
  }
}
