/** What the API answers. Instants are Unix milliseconds and end in `_at`, money is `*_minor` with a currency. */
export * from "./types/books";
export * from "./types/domains";
export * from "./types/gateways";
export * from "./types/money-back";
export * from "./types/look";
export * from "./types/quotas";
export * from "./types/subscription";

export interface Listing<T> {
  items: T[];
  total: number;
  page: number;
  per_page: number;
}

export interface Named {
  id: string;
  name: string;
}
export interface TenantRef extends Named {
  slug: string;
}

export interface PlatformMe extends Named {
  email: string;
  role: "owner" | "support";
}

export type SignIn =
  | { state: "in"; me: PlatformMe }
  | { state: "code_needed" }
  | { state: "enrol"; secret: string; otpauth_url: string; qr_svg: string };

export interface Node {
  id: string;
  capacity: number;
  peers: number;
  draining: boolean;
}

export interface Overview {
  tenants: { active: number; suspended: number; deleting: number };
  users: number;
  live_calls: number;
  calls_today: number;
  minutes_today: number;
  dead_jobs: number;
  nodes: Node[];
  health: { name: string; ok: boolean; detail: string }[];
}

export type TenantState = "active" | "suspended" | "deleting";
export interface TenantRow extends TenantRef {
  url: string;
  vertical: string;
  currency: string;
  state: TenantState;
  created_at: number;
  users: number;
  sellers: number;
  live_calls: number;
  plan: { name: string; expires_at: number } | null;
}
export interface TenantDetail extends TenantRow {
  hosts: { host: string; kind: "subdomain" | "domain"; verified_at: number | null }[];
  admins: { id: string; name: string; email: string }[];
  suspension: { reason: string; at: number } | null;
  delete_at: number | null;
  policy: Record<string, unknown>;
  time_zone: string;
  language: string;
  theme: string;
}

export interface PlatformUser extends Named {
  tenant: TenantRef;
  email: string;
  is_seller: boolean;
  verified_at: number | null;
  created_at: number;
}

export interface Call {
  id: string;
  /** Only on the platform's host. */
  tenant?: TenantRef;
  buyer: Named;
  seller: Named;
  service: string;
  state: string;
  rang_at: number;
  live_at: number | null;
  ended_at: number | null;
  end_reason: string | null;
  billable_ms: number;
  charged_minor: number;
  currency: string;
  feedback: { role: "buyer" | "seller"; good: boolean; faults: string[]; text: string; at: number }[];
  quality: { role: "buyer" | "seller"; good_s: number; fair_s: number; poor_s: number; worst: number; sound_only_s: number }[];
  /** Of a third person's leg, the call that it is in. */
  in_call: { id: string; buyer: string; seller: string } | null;
  legs: { id: string; buyer: string; seller: string; state: "live" | "ended"; billable_ms: number; charged_minor: number }[];
}

export interface Job {
  tenant: TenantRef | null;
  id: string;
  kind: string;
  state: string;
  attempts: number;
  run_at: number;
  last_error: string | null;
  created_at: number;
}

/** What the server writes down; those of the platform's host only last. */
export const ACTIONS = [
  "staff.invited",
  "seller.invited",
  "studio.created",
  "studio.renamed",
  "studio.closed",
  "studio.manager_added",
  "studio.manager_removed",
  "studio.seller_added",
  "studio.seller_removed",
  "studio.seller_left",
  "studio.switched_off",
  "staff.joined",
  "staff.changed",
  "staff.removed",
  "factor.on",
  "factor.off",
  "factor.codes_renewed",
  "factor.code_used",
  "factor.reset",
  "gateway.added",
  "gateway.changed",
  "gateway.switched",
  "gateway.removed",
  "money.live",
  "user.suspended",
  "user.restored",
  "user.erased",
  "domain.claimed",
  "domain.proven",
  "domain.lost",
  "domain.removed",
  "address.changed",
  "export.asked",
  "export.fetched",
  "recording.watched",
  "recording.deleted",
  "service.unpublished",
  "service.published",
  "category.created",
  "category.changed",
  "category.closed",
  "category.opened",
  "call.ended",
  "conversation.read",
  "conversation.searched",
  "conversations.exported",
  "review.hidden",
  "review.shown",
  "review.kept",
  "dispute.decided",
  "dispute.looked_at",
  "dispute.rules_changed",
  "document.issuer_changed",
  "charges.changed",
  "refund.given",
  "report.noted",
  "report.closed",
  "settings.changed",
  "branding.published",
  "branding.reverted",
  "words.changed",
  "branding.template_failed",
  "view.asked",
  "view.entered",
  "tenant.created",
  "tenant.changed",
  "tenant.suspended",
  "tenant.restored",
  "tenant.deleted",
  "platform.signed_in",
  "platform.enrolled",
  "platform.code_refused",
  "platform.factor_reset",
  "platform.removed",
  "node.drained",
  "job.retried",
  "job.dropped",
  "plan.created",
  "plan.changed",
  "subscription.begun",
  "subscription.paid",
  "subscriptions.changed",
  "tenant.subscription",
  "tenant.erased",
] as const;

export interface AuditEntry {
  id: string;
  at: number;
  tenant?: TenantRef | null;
  actor: { kind: "platform" | "staff" | "member" | "system"; id: string | null; name: string };
  action: string;
  subject: unknown;
  before: unknown;
  after: unknown;
  address: string | null;
}

export const LIMITS = ["sellers", "staff", "concurrent_calls", "storage_mb", "participants"] as const;
export type Limits = Record<(typeof LIMITS)[number], number | null>;
export interface Plan extends Named {
  price_minor: number;
  currency: string;
  interval_months: number;
  limits: Limits;
  offered: boolean;
}

export const PERMISSIONS = [
  "dashboard",
  "calls",
  "users",
  "identity_checks",
  "sellers",
  "services",
  "staff",
  "recordings",
  "chat_history",
  "reviews",
  "money",
  "settings",
  "branding",
  "words",
  "subscription",
  "audit",
  "export",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface TenantMe extends Named {
  role: "admin" | "staff";
  permissions: Permission[];
  tenant: { name: string; slug: string; currency: string; time_zone: string; language: string; url: string };
  read_only: boolean;
  second_factor: boolean;
}

export interface Export {
  id: string;
  asked_by: string;
  state: "waiting" | "running" | "failed" | "done" | "expired";
  tables_done: number;
  tables: number;
  rows: number;
  bytes: number;
  created_at: number;
  expires_at: number | null;
}

export type Period = "day" | "week" | "month";
export interface Dashboard {
  currency: string;
  live_calls: number;
  minutes: number;
  revenue_minor: number;
  commission_minor: number;
  failed_payments: number;
  thumbs_up: number;
  thumbs_down: number;
  series: { from_at: number; calls: number; minutes: number; charged_minor: number; commission_minor: number }[];
}

export interface Mark {
  reason: string;
  at: number;
}
export interface User extends Named {
  email: string;
  verified_at: number | null;
  created_at: number;
  suspended: Mark | null;
  calls: number;
  is_seller: boolean;
}
export interface UserDetail extends User {
  /** Earned and not paid out. */
  earned_minor: number;
  frozen: Mark | null;
  balance_minor: number;
  currency: string;
  time_zone: string;
  second_factor: boolean;
}

export interface Seller extends Named {
  email: string;
  headline: string;
  available: boolean;
  rating: { average_tenths: number; count: number } | null;
  services: number;
  calls: number;
  earned_minor: number;
  suspended: Mark | boolean | null;
  invited: boolean;
}

/** A team of sellers. */
export interface Studio extends Named {
  managers: number;
  sellers: number;
  created_at: number;
  closed_at: number | null;
}

export interface StudioPerson extends Named {
  email: string;
  /** They were asked and haven't said yes. */
  invited: boolean;
}

export interface StudioDetail extends Named {
  closed_at: number | null;
  managers: StudioPerson[];
  sellers: StudioPerson[];
  /** What it gets of what they earn; null is nothing. */
  share: { bp: number; manager_id: string } | null;
}
/** With whom a seller shares what they earn. */
export interface SellerShares {
  studio: (Named & { bp: number }) | null;
  co_sellers: (Named & { bp: number })[];
}

export interface Service {
  id: string;
  title: string;
  seller: Named;
  rate_minor: number;
  price_minor: number | null;
  currency: string;
  published: boolean;
  calls: number;
}

/** What services are sorted into. */
export interface Category {
  id: string;
  slug: string;
  /** By language. */
  names: Record<string, string>;
  /** What is in it is done by video. */
  video: boolean;
  /** Minutes before an agreed time at which people are reminded; none leaves it to the settings. */
  reminder_min: number | null;
  /** Minutes after an agreed beginning at which somebody is missed; none leaves it to the settings. */
  missed_min: number | null;
  /** Minutes before a call's money ends at which people are warned first; none leaves it to the settings. */
  warning_min: number | null;
  services: number;
  closed_at: number | null;
}

/** A try of somebody to show who they are. */
export interface IdentityCheck {
  id: string;
  user_id: string;
  name: string;
  state: "waiting" | "approved" | "declined" | "lapsed";
  reason: string;
  at: number;
  decided_at: number | null;
  /** Pictures that are there still. */
  pictures: number;
}
export interface IdentityRules {
  before_selling: boolean;
  before_buying: boolean;
}

export interface StaffMember extends Named {
  email: string;
  role: "admin" | "staff";
  permissions: Permission[];
  invited: boolean;
}

export interface Conversation {
  id: string;
  buyer: Named;
  seller: Named;
  last_at: number;
  messages: number;
}
export interface ConversationDetail extends Omit<Conversation, "messages"> {
  messages: { at: number; from: Named | null; kind: string; text: string }[];
  /** How many came before these. */
  earlier: number;
}

export interface Review {
  id: string;
  at: number;
  stars: number;
  text: string;
  from: Named;
  seller: Named;
  hidden: Mark | null;
  reply: { text: string; at: number } | null;
  open_reports: number;
  reports: { from: Named; fault: string; text: string; at: number; open: boolean }[];
}

export interface Report {
  id: string;
  at: number;
  from: Named;
  about: Named & { suspended: boolean; reports: number };
  fault: string;
  text: string;
  note: string;
  open: boolean;
  closed: Mark | null;
  conversation: string | null;
  calls: { id: string; at: number; outcome: string | null }[];
}

export interface Increment {
  kind: "second" | "minute" | "block";
  seconds?: number;
}
export interface Policy {
  ring_s: number;
  grace_s: number;
  minimum_s: number;
  increment: Increment;
  rescue_s: number;
  commission_bp: number;
  reminder_min: number;
  missed_min: number;
  cancel_free_h: number;
  late_cancel_bp: number;
  no_show_bp: number;
  tip_commission_bp: number;
  most_tip: number;
  recording: RecordingRule;
  recording_for: RecordingFor;
  recording_days: number;
  snapshots: boolean;
  third_person: ThirdPerson;
}

/** Who pays for third persons. */
export type ThirdPerson = "free" | "buyer_pays" | "guest_pays";
/** Who may have calls recorded. */
export type RecordingRule = "nobody" | "buyer" | "seller" | "either" | "always";
/** Who sees recordings. */
export type RecordingFor = "both" | "staff";

export interface Settings {
  name: string;
  slug: string;
  currency: string;
  time_zone: string;
  language: string;
  reply_to: string | null;
  policy: Policy;
  rate_bounds_minor: [number, number];
}
