/** A tenant's pages. */
import type { Route } from "../lib/routes";

export const routes: Route[] = [
  { path: "/audit", title: "audit.title", icon: "scroll-text", group: "nav.record", permission: "audit", load: () => import("../parts/Audit.svelte") },
];
