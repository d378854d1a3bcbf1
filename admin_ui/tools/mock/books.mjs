// Sample payouts, batches and books.
import { find, listing } from "./rest.mjs";
import { DAY, HOUR, named, NOW, person, range, uuid } from "./sample.mjs";

const STATES = ["requested", "requested", "requested", "approved", "approved", "batched", "batched", "paid", "paid", "paid", "failed", "refused"];
const REASONS = { failed: "The bank doesn't know this account.", refused: "Call us first: the name isn't yours." };
const SUMS = { wallet: 482_110, order: 36_000, earnings: 128_450, payable: 94_020, paying_out: 61_300, revenue: 71_244, gateway: -1_203_124, bank: 330_000 };

export function sampleBooks(currency) {
  const payout = (n) => {
    const state = STATES[n % STATES.length];
    const [approved, over] = [!["requested", "refused"].includes(state), ["paid", "failed", "refused"].includes(state)];
    const stripe = [6, 7, 19].includes(n);
    const batch = stripe ? 13 : ({ batched: 12, paid: 11, failed: 11 }[state] ?? null);
    const [method, shown] = stripe ? ["stripe", `acct_•••• ${n}7Gh`] : n % 4 === 3 ? ["payoneer", "m•••@example.com"] : ["iban", `DE89 •••• ${3000 + n}`];
    return { id: uuid(20, n), seller_id: person(n % 11).id, seller: person(n % 11).name, amount_minor: 2_000 + n * 1_730, currency, state, method, shown, requested_by_id: person(n % 11).id, requested_by: person(n % 5 === 4 ? 14 : n % 11).name, at: NOW - n * 9 * HOUR, approved_by: approved ? person(1).name : null, approved_at: approved ? NOW - n * 8 * HOUR : null, batch, ended_at: over ? NOW - n * 6 * HOUR : null, reason: REASONS[state] ?? "", reference: stripe && over ? "tr_1QxPayout" : "" };
  };
  return {
    payouts: range(24, payout),
    rules: { hold_days: 7, least_minor: 2_000, identity_needed: false },
    batches: [
      { number: 13, method: "stripe_connect", currency, made_by: person(1).name, at: NOW - HOUR, payouts: 3, amount_minor: 41_900, open: 1, failed: 0, by_itself: true },
      { number: 12, method: "manual", currency, made_by: person(1).name, at: NOW - 3 * HOUR, payouts: 4, amount_minor: 54_320, open: 4, failed: 0, by_itself: false },
      { number: 11, method: "manual", currency, made_by: person(14).name, at: NOW - 8 * DAY, payouts: 8, amount_minor: 175_600, open: 0, failed: 2, by_itself: false },
    ],
  };
}

export function books(db) {
  const { currency } = db.me.tenant;
  const kinds = Object.entries(SUMS).map(([kind, balance_minor], n) => ({ currency, kind, accounts: ["revenue", "gateway", "bank"].includes(kind) ? 1 : 40 - n * 3, balance_minor, held_minor: kind === "wallet" ? 1_440 : 0 }));
  const account = (kind, n) => {
    const own = ["revenue", "gateway", "bank"].includes(kind);
    return { id: uuid(22, n), kind, currency, owner_id: own ? null : person(n).id, owner: own ? null : person(n).name, about: kind === "order" ? uuid(23, n) : null, balance_minor: own ? SUMS[kind] : 24_110 - n * 800, held_minor: 0, frozen: n === 2 };
  };
  const entry = (n) => ({ id: uuid(24, n), at: NOW - n * 5 * HOUR, kind: ["call_time", "commission", "matured", "order_earned"][n % 4], amount_minor: [2_160, -432, -5_000, 3_900][n % 4], balance_minor: 24_110 + n * 130, other_id: uuid(25, n), other_kind: ["wallet", "revenue", "payable", "order"][n % 4], other: n % 4 === 1 ? null : person(20 + n).name, call_id: n % 4 < 2 ? uuid(5, n) : null, order_id: n % 4 === 3 ? uuid(23, n) : null });
  return {
    "GET /payouts": ({ query }) => listing(db.books.payouts, query, { text: ({ seller }) => seller, keep: ({ state, batch }) => (query.has("batch") ? String(batch) === query.get("batch") : [null, "all"].includes(query.get("state")) || state === query.get("state")) }),
    "POST /payouts/approve": ({ body }) => void body.ids.forEach((id) => Object.assign(find(db.books.payouts, id), { state: "approved", approved_by: person(1).name, approved_at: NOW })),
    "POST /payouts/batch": ({ body }) => {
      body.ids.forEach((id) => Object.assign(find(db.books.payouts, id), { state: "batched", batch: 14 }));
      return { number: 14 };
    },
    "POST /payouts/:id/refuse": ({ params, body }) => void Object.assign(find(db.books.payouts, params.id), { state: "refused", reason: body.reason }),
    "POST /payouts/:id/fail": ({ params, body }) => void Object.assign(find(db.books.payouts, params.id), { state: "failed", reason: body.reason }),
    "GET /payout-rules": () => db.books.rules,
    "PUT /payout-rules": ({ body }) => void Object.assign(db.books.rules, body),
    "GET /payout-batches": ({ query }) => listing(db.books.batches, query),
    "GET /payout-batches/:number/csv": () => ({ csv: '"payout","seller"\r\n' }),
    "POST /payout-batches/:number/paid": ({ params }) => void (db.books.batches.find(({ number }) => String(number) === params.number).open = 0),
    "GET /books": () => ({ currencies: [{ currency, kinds, sum_minor: 0, held_minor: 1_440 }], checked: { at: NOW - 5 * HOUR, good: true, found: [{ currency, sum_minor: 0, unbalanced: 0, misheld: 0 }] } }),
    "GET /books/accounts": ({ query }) => listing(range(["revenue", "gateway", "bank"].includes(query.get("kind")) ? 1 : 18, (n) => account(query.get("kind"), n)), query, { text: ({ owner }) => owner ?? "" }),
    "GET /books/accounts/:id/entries": ({ query }) => ({ items: range(12, (n) => entry(query.get("after") ? 12 + n : n)), next: query.get("after") ? null : "more" }),
    "POST /users/:id/freeze": ({ params, body }) => void (find(db.users, params.id).frozen = { reason: body.reason, at: NOW }),
    "POST /users/:id/unfreeze": ({ params }) => void (find(db.users, params.id).frozen = null),
    "POST /users/:id/payouts": () => undefined,
  };
}
