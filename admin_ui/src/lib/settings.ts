/** Settings as people type them, and back. Only what was changed is sent, so that two people don't undo each other. */
import { t, type Key } from "../words";
import { Problem } from "./api";
import { percent } from "./charges";
import { decimal, decimals, minorUnits } from "./format";
import type { Increment, RecordingFor, RecordingRule, Settings, ThirdPerson } from "./types";

export interface Typed {
  name: string;
  time_zone: string;
  language: string;
  reply_to: string;
  ring_s: string;
  grace_s: string;
  minimum_s: string;
  rescue_s: string;
  increment: Increment["kind"];
  block_s: string;
  commission: string;
  reminder_min: string;
  missed_min: string;
  cancel_free_h: string;
  late_cancel: string;
  no_show: string;
  tip_commission: string;
  most_tip: string;
  recording: RecordingRule;
  recording_for: RecordingFor;
  recording_days: string;
  snapshots: boolean;
  third_person: ThirdPerson;
  least: string;
  most: string;
}

export function typed({ name, time_zone, language, reply_to, policy, rate_bounds_minor: [least, most], currency }: Settings): Typed {
  const amount = (minor: number) => decimal(minor, decimals(currency));
  return {
    name,
    time_zone,
    language,
    reply_to: reply_to ?? "",
    ring_s: String(policy.ring_s),
    grace_s: String(policy.grace_s),
    minimum_s: String(policy.minimum_s),
    rescue_s: String(policy.rescue_s),
    increment: policy.increment.kind,
    block_s: String(policy.increment.seconds ?? 30),
    commission: percent(policy.commission_bp),
    reminder_min: String(policy.reminder_min),
    missed_min: String(policy.missed_min),
    cancel_free_h: String(policy.cancel_free_h),
    late_cancel: percent(policy.late_cancel_bp),
    no_show: percent(policy.no_show_bp),
    tip_commission: percent(policy.tip_commission_bp),
    most_tip: String(policy.most_tip),
    recording: policy.recording,
    recording_for: policy.recording_for,
    recording_days: String(policy.recording_days),
    snapshots: policy.snapshots,
    third_person: policy.third_person,
    least: amount(least),
    most: amount(most),
  };
}

function refuse(field: string, key: Key): never {
  throw new Problem(422, "invalid", t(key), field);
}

/** The fields that people type into. */
type Text = Exclude<keyof Typed, "snapshots">;

function whole(field: Text, form: Typed): number {
  const text = form[field].trim();
  return /^\d{1,6}$/.test(text) ? Number(text) : refuse(field, "settings.bad_number");
}

function scaled(field: Text, form: Typed, places: number, key: Key): number {
  return minorUnits(form[field], places) ?? refuse(field, key);
}

/** What of `form` differs from `before`, as PATCH /settings wants it. */
export function settingsChange(before: Settings, form: Typed): Record<string, unknown> {
  const old = typed(before);
  const differs = (...fields: (keyof Typed)[]) => fields.some((field) => form[field] !== old[field]);
  const change: Record<string, unknown> = {};
  const policy: Record<string, unknown> = {};
  for (const field of ["name", "time_zone", "language", "reply_to"] as const) if (differs(field)) change[field] = form[field];
  for (const field of ["ring_s", "grace_s", "minimum_s", "rescue_s", "reminder_min", "missed_min", "cancel_free_h", "most_tip", "recording_days"] as const) if (differs(field)) policy[field] = whole(field, form);
  for (const field of ["recording", "recording_for", "snapshots"] as const) if (differs(field)) policy[field] = form[field];
  if (differs("third_person")) policy.third_person = form.third_person;
  if (differs("increment", "block_s")) policy["increment"] = form.increment === "block" ? { kind: "block", seconds: whole("block_s", form) } : { kind: form.increment };
  for (const field of ["commission", "late_cancel", "no_show", "tip_commission"] as const) if (differs(field)) policy[`${field}_bp`] = share(field, form);
  if (Object.keys(policy).length) change["policy"] = policy;
  if (differs("least", "most")) {
    const places = decimals(before.currency);
    change["rate_bounds_minor"] = [scaled("least", form, places, "settings.bad_amount"), scaled("most", form, places, "settings.bad_amount")];
  }
  return change;
}

function share(field: Text, form: Typed): number {
  const bp = scaled(field, form, 2, "settings.bad_percent");
  return bp <= 10_000 ? bp : refuse(field, "settings.bad_percent");
}
