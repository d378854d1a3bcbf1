/** A tenant's pages. */
import type { Route } from "../lib/routes";

export const routes: Route[] = [
  { path: "/", title: "dash.title", icon: "layout-dashboard", group: "nav.watch", permission: "dashboard", load: () => import("./Dashboard.svelte") },
  { path: "/calls", title: "calls.title", icon: "phone-call", group: "nav.watch", permission: "calls", load: () => import("../parts/Calls.svelte") },
  { path: "/conversations", title: "chats.title", icon: "message-square", group: "nav.watch", permission: "chat_history", load: () => import("./Chats.svelte") },
  { path: "/reviews", title: "reviews.title", icon: "star", group: "nav.watch", permission: "reviews", load: () => import("./Reviews.svelte") },
  { path: "/reports", title: "reports.title", icon: "flag", group: "nav.watch", permission: "users", load: () => import("./Reports.svelte") },
  { path: "/users", title: "users.title", icon: "users", group: "nav.people", permission: "users", load: () => import("./Users.svelte") },
  { path: "/identity", title: "identity.title", icon: "id-card", group: "nav.people", permission: "identity_checks", load: () => import("./IdentityChecks.svelte") },
  { path: "/sellers", title: "sellers.title", icon: "store", group: "nav.people", permission: "sellers", load: () => import("./Sellers.svelte") },
  { path: "/studios", title: "studios.title", icon: "building-2", group: "nav.people", permission: "sellers", load: () => import("./Studios.svelte") },
  { path: "/services", title: "services.title", icon: "briefcase", group: "nav.people", permission: "services", load: () => import("./Services.svelte") },
  { path: "/categories", title: "categories.title", icon: "tags", group: "nav.people", permission: "services", load: () => import("./Categories.svelte") },
  { path: "/staff", title: "staff.title", icon: "user-cog", group: "nav.people", permission: "staff", load: () => import("./Staff.svelte") },
  { path: "/ways-to-pay", title: "ways.title", icon: "wallet-cards", group: "nav.money", permission: "money", load: () => import("./Gateways.svelte") },
  { path: "/provider-messages", title: "told.title", icon: "inbox", group: "nav.money", permission: "money", load: () => import("./GatewayMessages.svelte") },
  { path: "/differences", title: "differ.title", icon: "scale", group: "nav.money", permission: "money", load: () => import("./GatewayDifferences.svelte") },
  { path: "/settings", title: "settings.title", icon: "settings", group: "nav.setup", permission: "settings", load: () => import("./Settings.svelte") },
  { path: "/branding", title: "branding.title", icon: "palette", group: "nav.setup", permission: "branding", load: () => import("./Branding.svelte") },
  { path: "/words", title: "wording.title", icon: "languages", group: "nav.setup", permission: "words", load: () => import("./Wording.svelte") },
  { path: "/subscription", title: "sub.title", icon: "credit-card", group: "nav.setup", permission: "subscription", load: () => import("./Subscription.svelte") },
  { path: "/exports", title: "exports.title", icon: "package", group: "nav.record", permission: "export", load: () => import("./Exports.svelte") },
  { path: "/audit", title: "audit.title", icon: "scroll-text", group: "nav.record", permission: "audit", load: () => import("../parts/Audit.svelte") },
];
