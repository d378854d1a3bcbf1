/** The platform's pages. */
import type { Route } from "../lib/routes";

export const routes: Route[] = [
  { path: "/", title: "overview.title", icon: "layout-dashboard", group: "nav.watch", load: () => import("./Overview.svelte") },
  { path: "/calls", title: "calls.title", icon: "phone-call", group: "nav.watch", load: () => import("../parts/Calls.svelte") },
  { path: "/recordings", title: "recordings.title", icon: "circle-dot", group: "nav.watch", load: () => import("../parts/Recordings.svelte") },
  { path: "/nodes", title: "nodes.title", icon: "server", group: "nav.watch", load: () => import("./Nodes.svelte") },
  { path: "/jobs", title: "jobs.title", icon: "list-x", group: "nav.watch", load: () => import("./Jobs.svelte") },
  { path: "/tenants", title: "tenants.title", icon: "building-2", group: "nav.business", load: () => import("./Tenants.svelte") },
  { path: "/users", title: "people.title", icon: "users", group: "nav.business", load: () => import("./People.svelte") },
  { path: "/plans", title: "plans.title", icon: "package", group: "nav.business", load: () => import("./Plans.svelte") },
  { path: "/payments", title: "payments.title", icon: "credit-card", group: "nav.business", load: () => import("./Payments.svelte") },
  { path: "/audit", title: "audit.title", icon: "scroll-text", group: "nav.record", load: () => import("../parts/Audit.svelte") },
];
