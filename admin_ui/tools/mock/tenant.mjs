import { router } from "./rest.mjs";
export function tenantApi() { return { db: {}, answer: router("/api/v1/admin", {}) }; }
