/** How much of the platform a tenant may use, with the name of what it does use. */
export const QUOTAS = [
  { name: "requests_per_second", used: null },
  { name: "sockets", used: "sockets" },
  { name: "mails_per_hour", used: "mails" },
  { name: "uploads_per_hour", used: "uploads" },
  { name: "joins_per_minute", used: "joins" },
] as const;

export type QuotaName = (typeof QUOTAS)[number]["name"];

export interface TenantQuotas {
  /** What all may. */
  general: Record<QuotaName, number>;
  /** What this one may instead. */
  own: Partial<Record<QuotaName, number>>;
  used: Record<"sockets" | "mails" | "uploads" | "joins", number>;
}
