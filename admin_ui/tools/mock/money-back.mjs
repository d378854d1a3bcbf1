// Sample money that went back or is claimed back, of a tenant's console.
import { find, invalid, listing } from "./rest.mjs";
import { call, DAY, HOUR, MINUTE, NOW, person, range, uuid } from "./sample.mjs";

const STATES = ["answered", "open", "open", "decided", "withdrawn", "decided"];
const WHY = ["I couldn’t hear anything for the last three minutes.", "This wasn’t what was promised.", "The picture froze, and I was charged all the same."];

function ownCharges(all, id, body) {
  const known = all.find((one) => one.id === id);
  if (known) Object.assign(known, body);
  else all.push({ id, name: "", ...body });
}

export const sampleMoneyBack = (currency) => ({
  rules: { window_days: 14, hold_sellers: true },
  refunds: range(9, (n) => ({ id: uuid(20, n), call_id: n % 3 === 2 ? null : uuid(3, n), booking_id: n % 3 === 2 ? uuid(21, n) : null, buyer: person(n + 20).name, seller: person(n % 11).name, title: call(n).service, amount_minor: 240 * (n + 1), commission_minor: 48 * (n + 1), currency, given_by: ["seller", "staff", "dispute"][n % 3], reason: "The line was bad for the last minutes.", at: NOW - n * 13 * HOUR })),
  charges: { currency, commission_bp: 2_000, service_fee: { bp: 500, fixed_minor: 30 }, tax: { bp: 1_900, included: false }, categories: [], sellers: [] },
  documents: range(40, (n) => {
    const kind = ["invoice", "receipt", "credit_note"][n % 3];
    return { id: uuid(24, n), number: `2026-${String(212 - n).padStart(5, "0")}`, kind, about: ["call", "top_up", "refund"][n % 3], about_id: uuid(3, n), customer: person(n + 20).name, corrects: kind === "credit_note" ? `2026-${String(201 - n).padStart(5, "0")}` : null, total_minor: 240 * (n + 1), currency, at: NOW - n * 7 * HOUR };
  }),
  issuer: { name: "Lumen Advice Ltd", address: "1 Example Street\n10115 Berlin", tax_number: "DE 123 456 789" },
  disputes: range(6, (n) => {
    const closed = n > 2;
    return { id: uuid(22, n), queue: closed ? 0 : NOW - n * DAY, call_id: uuid(3, n), booking_id: null, buyer: person(n + 20).name, seller: person(n % 11).name, title: call(n).service, asked_minor: 540 + n * 120, held_minor: 432 + n * 96, currency, state: STATES[n], reason: WHY[n % 3], answer: n === 1 || n === 4 ? "" : "The line was good on my side, and we both went on talking.", answer_by: NOW + (6 - n) * DAY, refunded_minor: STATES[n] === "decided" ? 360 : null, decided_by: STATES[n] === "decided" ? (n === 3 ? "staff" : "seller") : null, decision: n === 3 ? "The record shows that two of the three minutes were lost." : "", at: NOW - n * DAY - HOUR, closed_at: closed ? NOW - n * HOUR : null };
  }),
  chargebacks: range(4, (n) => ({ id: uuid(23, n), queue: n < 2 ? NOW - n * DAY : 0, buyer: n === 2 ? null : person(n + 20).name, amount_minor: 5_000 - n * 500, wallet_minor: 1_210, held_minor: n === 2 ? 0 : 2_432, currency, reference: `dp_1Qx${n}7aLkdIwHu`, charge: `ch_3Qx${n}9bLkdIwHu`, reason: ["fraudulent", "product_not_received", "duplicate", "fraudulent"][n], stage: ["open", "open", "won", "lost"][n], at: NOW - n * 3 * DAY, closed_at: n > 1 ? NOW - n * DAY : null })),
});

const evidence = (currency) => {
  const from = NOW - 2 * DAY;
  return {
    paid_minor: 2160,
    commission_minor: 432,
    currency,
    ended_at: from + 13 * MINUTE,
    call: { rang_at: from - MINUTE, end_reason: "buyer_ended", buyer_present: [[from, from + 13 * MINUTE]], seller_present: [[from, from + 5 * MINUTE], [from + 6 * MINUTE, from + 13 * MINUTE]], billed: [[from, from + 5 * MINUTE], [from + 6 * MINUTE, from + 13 * MINUTE]], billable_ms: 12 * MINUTE, charged_s: 720, charged_minor: 2160 },
    extensions: [{ minutes: 2, price_minor: 360, asked_by: "seller", asked_at: from + 10 * MINUTE, agreed_by: "buyer", agreed_at: from + 10 * MINUTE + 20_000, paid_minor: 360, state: "paid", since: from + 11 * MINUTE }, { minutes: 5, price_minor: 900, asked_by: "seller", asked_at: from + 12 * MINUTE, agreed_by: null, agreed_at: null, paid_minor: 0, state: "lapsed", since: from + 13 * MINUTE }],
    order: { brief: "Two pages, by hand.", delivered: "", history: [{ at: from - DAY, event: { type: "paid" } }, { at: from - 20 * HOUR, event: { type: "propose", by: "seller" } }, { at: from + 13 * MINUTE, event: { type: "held" } }] },
    messages: [{ at: from - 3 * HOUR, from: "buyer", text: "Do you have ten minutes today?" }, { at: from - 2 * HOUR, from: "seller", text: "Yes, from four o’clock on." }, { at: from + 20 * MINUTE, from: "buyer", text: "I couldn’t hear you any more at the end." }],
    refunds: [{ at: from + HOUR, minor: 180, reason: "For the first minute." }],
    accepted: ["buyer", "seller"].flatMap((who) => ["of_age", "terms"].map((what) => ({ who, what, version: "2026-11", at: from - 90 * DAY }))),
    sign_ins: [{ who: "buyer", at: from - HOUR, device: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36" }, { who: "seller", at: from - 5 * HOUR, device: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)" }],
  };
};

export function moneyBack(db) {
  const { currency } = db.me.tenant;
  const wanted = (item, query) => !query.get("state") || (item.closed_at === null) === (query.get("state") === "open");
  return {
    "GET /refunds": ({ query }) => listing(db.moneyBack.refunds, query, { text: ({ buyer, seller }) => buyer + seller }),
    "POST /refunds": ({ body }) => {
      if (!body.reason) throw invalid("reason", "Say why, in at most 500 characters.");
      return { id: body.id, amount_minor: body.amount_minor ?? body.minutes * 180, commission_minor: 36, currency };
    },
    "GET /documents": ({ query }) => listing(db.moneyBack.documents, query, { text: ({ customer, number }) => customer + number, keep: ({ kind }) => !query.get("kind") || kind === query.get("kind") }),
    "GET /charges": () => db.moneyBack.charges,
    "PUT /charges": ({ body }) => void Object.assign(db.moneyBack.charges, body),
    "PUT /categories/:id/charges": ({ params, body }) => ownCharges(db.moneyBack.charges.categories, params.id, body),
    "PUT /sellers/:id/charges": ({ params, body }) => ownCharges(db.moneyBack.charges.sellers, params.id, { tax: null, ...body }),
    "GET /document-issuer": () => db.moneyBack.issuer,
    "PUT /document-issuer": ({ body }) => {
      if (!body.name.trim()) throw invalid("name", "Write the name of the business, in up to 120 characters.");
      db.moneyBack.issuer = body;
    },
    "GET /calls/:id/charge": ({ params }) => {
      const one = find(db.calls, params.id);
      return { buyer: one.buyer.name, seller: one.seller.name, title: one.service, currency, paid_minor: one.charged_minor, commission_minor: Math.floor(one.charged_minor / 5), refunded_minor: 0, left_minor: one.charged_minor, left_min: 12 };
    },
    "GET /disputes": ({ query }) => listing(db.moneyBack.disputes, query, { text: ({ buyer, seller }) => buyer + seller, keep: (item) => wanted(item, query) }),
    "GET /disputes/:id/evidence": () => evidence(currency),
    "POST /disputes/:id/decide": ({ params, body }) => {
      if (!body.reason) throw invalid("reason", "Write 1 to 2,000 characters.");
      Object.assign(find(db.moneyBack.disputes, params.id), { state: "decided", refunded_minor: body.refund_minor, decided_by: "staff", decision: body.reason, closed_at: NOW });
    },
    "GET /dispute-rules": () => db.moneyBack.rules,
    "PUT /dispute-rules": ({ body }) => void (db.moneyBack.rules = body),
    "GET /chargebacks": ({ query }) => listing(db.moneyBack.chargebacks, query),
    "GET /chargebacks/:id/evidence": () => ({ charges: [evidence(currency)] }),
  };
}
