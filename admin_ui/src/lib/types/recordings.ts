import type { Named, TenantRef } from "../types";

export interface Recording {
  id: string;
  call_id: string;
  tenant: TenantRef;
  buyer: Named;
  seller: Named;
  service: string;
  state: "recording" | "composing" | "ready" | "failed" | "deleted";
  ending: string | null;
  /** Percent. */
  progress: number;
  bytes: number;
  length_ms: number;
  asked_at: number;
  retained_until: number | null;
  /** Who answered what, to which version of the text. */
  consents: { name: string; answer: "given" | "refused" | "withdrawn"; version: string; at: number }[];
}

/** What is stored, of what the plan has; none is no limit. */
export interface Storage {
  used_mb: number;
  limit_mb: number | null;
}
