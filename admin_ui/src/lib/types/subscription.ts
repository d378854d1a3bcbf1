/** What tenants pay the platform. */
import type { Limits, Plan, TenantRef } from "../types";

/** What was paid, in the owner's book; its id is the payment's. */
export interface Invoice {
  id: string;
  invoice_no: number;
  tenant: TenantRef;
  at: number;
  plan: string;
  amount_minor: number;
  currency: string;
  from: number;
  until: number;
}
export interface SubscriptionPayment {
  id: string;
  state: "pending" | "settled" | "declined" | "unknown";
  plan: string;
  amount_minor: number;
  currency: string;
  redirect_url: string | null;
  reason: string | null;
}
export interface Subscription {
  /** Needs none; is paid; isn't any more and goes on until `stops_at`; takes no new calls. */
  state: "free" | "paid" | "grace" | "stopped";
  plan: { name: string; price_minor: number; currency: string; interval_months: number } | null;
  expires_at: number | null;
  stops_at: number | null;
  limits: Limits;
  usage: Limits;
  history: Invoice[];
  offers: Plan[];
  open: SubscriptionPayment[];
}
/** As the platform sees it. */
export interface TenantSubscription extends Subscription {
  free: boolean;
}
export interface SubscriptionSettings {
  on: boolean;
  grace_days: number;
  days_before: number[];
  mail_subject: string;
  mail_body: string;
  issuer: string;
  /** What can stand in braces in subject and body. */
  variables: string[];
}
