/** What went back of what was paid, and what buyers and banks claim. */
/** What went back of what was paid. */
export interface Refund {
  id: string;
  call_id: string | null;
  booking_id: string | null;
  buyer: string;
  seller: string;
  title: string;
  amount_minor: number;
  /** The tenant's part of it. */
  commission_minor: number;
  currency: string;
  given_by: "seller" | "staff" | "dispute";
  reason: string;
  at: number;
}
/** What was paid for something, and what can be given back of it. */
export interface Charge {
  buyer: string;
  seller: string;
  title: string;
  currency: string;
  paid_minor: number;
  commission_minor: number;
  refunded_minor: number;
  left_minor: number;
  /** Of how many minutes; 0 if it wasn't paid by time. */
  left_min: number;
}

/** What a buyer claims back. */
export interface Dispute {
  id: string;
  call_id: string | null;
  booking_id: string | null;
  buyer: string;
  seller: string;
  title: string;
  asked_minor: number;
  held_minor: number;
  currency: string;
  state: "open" | "answered" | "decided" | "withdrawn";
  reason: string;
  answer: string;
  answer_by: number;
  refunded_minor: number | null;
  decided_by: "seller" | "staff" | null;
  decision: string;
  at: number;
  closed_at: number | null;
}
export interface DisputeRules {
  window_days: number;
  hold_sellers: boolean;
}
/** What a bank took back of a payment. */
export interface Chargeback {
  id: string;
  buyer: string | null;
  amount_minor: number;
  wallet_minor: number;
  held_minor: number;
  currency: string;
  reference: string;
  charge: string;
  reason: string;
  stage: "open" | "won" | "lost";
  at: number;
  closed_at: number | null;
}
type Side = "buyer" | "seller";
/** What was known when a dispute was opened; nothing once one of the two was erased. */
export interface DisputeEvidence {
  paid_minor?: number;
  commission_minor: number;
  currency: string;
  ended_at: number;
  call: {
    rang_at: number;
    end_reason: string | null;
    buyer_present: [number, number][];
    seller_present: [number, number][];
    billed: [number, number][];
    billable_ms: number;
    charged_s: number;
    charged_minor: number;
  } | null;
  /** More time that was asked for, oldest first; disputes of earlier days don't have it. */
  extensions?: { minutes: number; price_minor: number; asked_by: Side; asked_at: number; agreed_by: Side | null; agreed_at: number | null; paid_minor: number; state: "asked" | "declined" | "paying" | "paid" | "failed" | "lapsed"; since: number }[] | null;
  order: { brief: string; delivered: string; history: { at: number; event: { type: string; by?: Side } }[] } | null;
  messages: { at: number; from: Side; text: string }[];
  refunds: { at: number; minor: number; reason: string }[];
  accepted: { who: Side; what: "of_age" | "terms"; version: string; at: number }[];
  sign_ins: { who: Side; at: number; device: string }[];
}
/** An invoice, a receipt or a credit note. */
export interface Document {
  id: string;
  number: string;
  kind: "invoice" | "receipt" | "credit_note";
  about: "call" | "order" | "top_up" | "refund";
  about_id: string;
  customer: string;
  /** Number of the invoice that it corrects. */
  corrects: string | null;
  total_minor: number;
  currency: string;
  at: number;
}
/** Who issues documents. */
export interface Issuer {
  name: string;
  address: string;
  tax_number: string;
}
export interface ServiceFee {
  bp: number;
  fixed_minor: number;
}
export interface TaxRate {
  bp: number;
  /** Prices are with it. */
  included: boolean;
}
/** What a category or a seller has of its own; null is as the level above has it. */
export interface OwnCharges {
  id: string;
  name: string;
  commission_bp: number | null;
  service_fee: ServiceFee | null;
  tax: TaxRate | null;
}
/** What is charged, and where it is another. */
export interface Charges {
  currency: string;
  commission_bp: number;
  service_fee: ServiceFee;
  tax: TaxRate;
  categories: OwnCharges[];
  sellers: OwnCharges[];
}
