import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/lib/api";
import { contrast, isColor, textOn } from "../src/lib/color";
import { differences } from "../src/lib/difference";
import { settingsChange, typed } from "../src/lib/settings";
import { slugOf } from "../src/lib/slug";
import type { Settings } from "../src/lib/types";

const settings: Settings = {
  name: "Lumen",
  slug: "lumen",
  currency: "EUR",
  time_zone: "Europe/London",
  language: "en",
  reply_to: null,
  policy: { ring_s: 60, grace_s: 10, minimum_s: 60, increment: { kind: "minute" }, rescue_s: 300, commission_bp: 2050, reminder_min: 60, missed_min: 10, cancel_free_h: 24, late_cancel_bp: 5000, no_show_bp: 10000, tip_commission_bp: 0, most_tip: 500, recording: "either", recording_for: "both", recording_days: 90, snapshots: true, third_person: "free" },
  rate_bounds_minor: [50, 1500],
};

test("only what was changed is sent", () => {
  const form = typed(settings);
  assert.equal(form.commission, "20.5");
  assert.deepEqual(settingsChange(settings, form), {});
  assert.deepEqual(settingsChange(settings, { ...form, name: "Lumen Two", grace_s: "15", most: "20" }), {
    name: "Lumen Two",
    policy: { grace_s: 15 },
    rate_bounds_minor: [50, 2000],
  });
  assert.deepEqual(settingsChange(settings, { ...form, missed_min: "5", late_cancel: "12.5" }), { policy: { missed_min: 5, late_cancel_bp: 1250 } });
  assert.deepEqual(settingsChange(settings, { ...form, recording: "seller", recording_days: "30" }), { policy: { recording: "seller", recording_days: 30 } });
  assert.deepEqual(settingsChange(settings, { ...form, third_person: "buyer_pays" }), { policy: { third_person: "buyer_pays" } });
  assert.deepEqual(settingsChange(settings, { ...form, increment: "block", block_s: "30" }), { policy: { increment: { kind: "block", seconds: 30 } } });
});

test("what can't be read is said beside its field", () => {
  const form = typed(settings);
  for (const [field, text] of [["ring_s", "1.5"], ["commission", "100.01"], ["commission", "a lot"], ["least", "0.005"]] as const)
    assert.throws(() => settingsChange(settings, { ...form, [field]: text }), (error) => error instanceof Problem && error.field === field, text);
});

test("a subdomain is made from any name", () => {
  assert.equal(slugOf("Müller & Söhne Straße"), "mueller-soehne-strasse");
  assert.equal(slugOf("  Élan!  "), "elan");
  assert.equal(slugOf("日本"), "");
  assert.equal(slugOf(`${"a".repeat(39)} b`), "a".repeat(39));
});

test("contrast is WCAG's", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(textOn("#ffff00"), "#16161a");
  assert.equal(textOn("#3b49df"), "#ffffff");
  assert.ok(!isColor("#fff") && !isColor("red") && isColor("#A1b2C3"));
});

test("an audit entry shows what differs, field by field", () => {
  assert.deepEqual(differences({ a: 1, b: "x" }, { a: 1, b: "y", c: { d: 2 } }), [
    { field: "b", was: "x", is: "y" },
    { field: "c", was: null, is: '{"d":2}' },
  ]);
  assert.deepEqual(differences(null, { a: 1 }), [{ field: "a", was: null, is: "1" }]);
  assert.deepEqual(differences("on", "off"), [{ field: "", was: "on", is: "off" }]);
  assert.deepEqual(differences(null, null), []);
});
