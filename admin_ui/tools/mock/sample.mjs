// Sample people, businesses and calls: the same ones on every run.

/** Tuesday, 28 July 2026, 12:05 UTC: the samples' present. */
export const NOW = Date.UTC(2026, 6, 28, 12, 5);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Numbers from 0 to 1 that only depend on `seed` (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export function uuid(kind, n) {
  return `0198${kind.toString(16).padStart(4, "0")}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

const FIRST = "Jonas Mara Robin Ines Tomasz Aylin Pierre Sofia Henrik Chiara Noah Zeynep Lukas Amara Viktor Elif Daniel Marta Omar Julie".split(" ");
const LAST = "Weber Lindqvist Okafor Moreau Kowalska Yılmaz Rossi Novák Jensen García Haddad Schneider Petrova van-den-Berg Silva".split(" ");

export function person(n) {
  const name = `${FIRST[n % FIRST.length]} ${LAST[(n * 7 + Math.floor(n / FIRST.length)) % LAST.length].replaceAll("-", " ")}`;
  return { id: uuid(1, n), name, email: `${FIRST[n % FIRST.length].toLowerCase()}.${n}@example.com` };
}

export const named = ({ id, name }) => ({ id, name });

const BUSINESSES = [
  ["lumen", "Lumen", "EUR"],
  ["velvet", "Velvet", "USD"],
  ["tutora", "Tutora Language Lessons", "EUR"],
  ["pawline", "Pawline Vets", "GBP"],
  ["nordlys", "Nordlys Rådgivning", "NOK"],
  ["kodama", "Kodama", "JPY"],
  ["steuerblick", "Steuerblick: Beratung für Selbständige und kleine Unternehmen", "EUR"],
  ["chartwise", "Chartwise", "USD"],
];
export const PLANS = [
  { id: uuid(9, 1), name: "Start", price_minor: 4900, currency: "EUR", interval_months: 1, limits: { sellers: 10, staff: 3, concurrent_calls: 5, storage_mb: 2000, participants: 4 }, offered: true },
  { id: uuid(9, 2), name: "Studio", price_minor: 49900, currency: "EUR", interval_months: 12, limits: { sellers: 100, staff: 20, concurrent_calls: 50, storage_mb: 50_000, participants: 12 }, offered: true },
  { id: uuid(9, 3), name: "Founders", price_minor: 0, currency: "EUR", interval_months: 12, limits: { sellers: null, staff: null, concurrent_calls: null, storage_mb: null, participants: null }, offered: false },
];

export function tenant(n) {
  const next = random(n + 1);
  const [slug, name, currency] = BUSINESSES[n] ?? [`studio-${n}`, `Studio ${n}`, "EUR"];
  const plan = n % 4 === 3 ? null : PLANS[n % 3];
  return {
    id: uuid(2, n),
    slug,
    name,
    url: `http://${slug}.localhost:8080`,
    vertical: "ring",
    currency,
    state: n === 3 ? "suspended" : n === 5 ? "deleting" : "active",
    created_at: NOW - (40 + n * 9) * DAY - Math.floor(next() * DAY),
    users: Math.floor(next() * 4000),
    sellers: Math.floor(next() * 90),
    live_calls: n === 3 || n === 5 ? 0 : Math.floor(next() * 7),
    plan: plan && { name: plan.name, expires_at: NOW + (20 + n * 11) * DAY },
  };
}

const SERVICES = ["Portrait retouching review", "Tarot for a hard decision", "Ask a vet", "Kleine Steuerfrage", "Conversation in French"];
const ENDS = ["buyer_ended", "seller_ended", "out_of_credit", "buyer_lost", "missed"];

export function call(n, currency = "EUR") {
  const next = random(n * 31 + 5);
  const live = n < 6;
  const rang_at = live ? NOW - Math.floor((1 + next() * 25) * MINUTE) : NOW - n * 47 * MINUTE - Math.floor(next() * HOUR);
  const billable_ms = Math.floor(next() * 45 * MINUTE);
  const end_reason = live ? null : ENDS[n % ENDS.length];
  const answered = end_reason !== "missed";
  const state = live ? ["live", "ringing", "live", "suspended", "pre_check", "live"][n] : "ended";
  return {
    id: uuid(3, n),
    buyer: named(person(n + 3)),
    seller: named(person((n * 3) % 11)),
    service: SERVICES[n % SERVICES.length],
    state,
    rang_at,
    live_at: answered && state !== "ringing" && state !== "pre_check" ? rang_at + 40_000 : null,
    feedback: n % 5 === 2 && !live ? [{ role: "buyer", good: false, faults: ["sound", "connection"], text: "An echo from the second minute on.", at: rang_at }, { role: "seller", good: true, faults: [], text: "", at: rang_at }] : [],
    quality: live ? [] : [{ role: "buyer", good_s: 1400, fair_s: 31, poor_s: 0, worst: 5, sound_only_s: 42 }, { role: "seller", good_s: 1431, fair_s: 0, poor_s: 0, worst: 8, sound_only_s: 0 }],
    in_call: n === 8 ? { id: uuid(3, 7), buyer: person(10).name, seller: person(10).name } : null,
    legs: n === 7 ? [{ id: uuid(3, 8), buyer: person(10).name, seller: person(2).name, state: "ended", billable_ms: 480_000, charged_minor: 720 }] : [],
    ended_at: live ? null : rang_at + 60_000 + billable_ms,
    end_reason,
    billable_ms: answered && state !== "ringing" && state !== "pre_check" ? billable_ms : 0,
    charged_minor: answered && state !== "ringing" && state !== "pre_check" ? Math.round((billable_ms / MINUTE) * 180) : 0,
    currency,
  };
}

export const range = (count, make) => Array.from({ length: count }, (_, n) => make(n));

/** A recording of a call. */
export function recording(n) {
  const state = ["ready", "composing", "ready", "failed", "ready", "deleted", "recording"][n % 7];
  const at = NOW - n * 9 * HOUR;
  const said = (who, answer, after) => ({ name: who.name, answer, version: "2026-11-30.2.en", at: at + after });
  const [buyer, seller] = [named(person(n + 20)), named(person(n % 11))];
  return {
    id: uuid(31, n), call_id: uuid(3, n), tenant: { id: uuid(2, 0), slug: "lumen", name: "Lumen" }, buyer, seller, service: call(n).service, state,
    ending: state === "recording" ? null : ["call_over", "stopped", "withdrawn", "disk_full"][n % 4],
    progress: state === "composing" ? 62 : 100,
    bytes: state === "ready" ? 48_000_000 + n * 1_900_000 : 0,
    length_ms: state === "ready" ? (11 + n) * MINUTE : 0,
    asked_at: at,
    retained_until: state === "ready" ? at + 90 * DAY : null,
    consents: [said(buyer, "given", 4_000), said(seller, "given", 9_000), ...(n % 4 === 2 ? [said(buyer, "withdrawn", 5 * MINUTE)] : [])],
  };
}

/** What a list of recordings keeps. */
export const inState = (query) => ({ state }) => !query.get("state") || state === query.get("state");
