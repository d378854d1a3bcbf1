/** Payouts, and the books. */
export type PayoutState = "requested" | "approved" | "batched" | "paid" | "failed" | "cancelled" | "refused";

export interface Payout {
  id: string;
  seller_id: string;
  seller: string;
  amount_minor: number;
  currency: string;
  state: PayoutState;
  method: "iban" | "account" | "payoneer" | "stripe";
  /** Where it goes, masked. */
  shown: string;
  requested_by_id: string;
  requested_by: string;
  at: number;
  approved_by: string | null;
  approved_at: number | null;
  batch: number | null;
  ended_at: number | null;
  reason: string;
  /** What the provider calls it, which pays by itself. */
  reference: string;
}

export interface Batch {
  number: number;
  method: "manual" | "payoneer" | "stripe_connect";
  currency: string;
  made_by: string;
  at: number;
  payouts: number;
  amount_minor: number;
  /** Still on their way. */
  open: number;
  failed: number;
  /** The provider pays it, and can be asked. */
  by_itself: boolean;
}

export interface PayoutRules {
  hold_days: number;
  least_minor: number;
  identity_needed: boolean;
}

export const ACCOUNT_KINDS = ["wallet", "order", "earnings", "tips", "payable", "paying_out", "disputed", "revenue", "tax", "refunds", "chargebacks", "gateway", "authorised", "bank"] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export interface KindSum {
  currency: string;
  kind: AccountKind;
  accounts: number;
  balance_minor: number;
  held_minor: number;
}

export interface Books {
  currencies: { currency: string; kinds: KindSum[]; sum_minor: number; held_minor: number }[];
  checked: { at: number; good: boolean; found: { currency: string; sum_minor: number; unbalanced: number; misheld: number }[] } | null;
}

export interface Account {
  id: string;
  kind: AccountKind;
  currency: string;
  owner_id: string | null;
  owner: string | null;
  about: string | null;
  balance_minor: number;
  held_minor: number;
  frozen: boolean;
}

export interface LedgerEntry {
  id: string;
  at: number;
  kind: string;
  amount_minor: number;
  balance_minor: number;
  other_id: string;
  other_kind: AccountKind;
  other: string | null;
  call_id: string | null;
  order_id: string | null;
}
