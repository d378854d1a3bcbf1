// A tenant's sample API: /api/v1/admin/….
import { books, sampleBooks } from "./books.mjs";
import { categories, sampleCategories } from "./categories.mjs";
import { gateways, sampleDifferences, sampleGateways, sampleMessages, stepUp } from "./gateways.mjs";
import { moneyBack, sampleMoneyBack } from "./money-back.mjs";
import { find, invalid, listing, Refusal, router } from "./rest.mjs";
import { sampleShares, sampleStudios, studios } from "./studios.mjs";
import { call, DAY, HOUR, inState, MINUTE, named, NOW, person, PLANS, random, range, recording, uuid } from "./sample.mjs";

const PERMISSIONS = ["dashboard", "sellers", "users", "staff", "services", "calls", "recordings", "chat_history", "reviews", "settings", "branding", "words", "subscription", "audit", "money", "export"];
const LOOKS = { lumen: { brand: "#1f5f4f", name: "Lumen", currency: "EUR" }, velvet: { brand: "#e11d62", name: "Velvet", currency: "USD" } };
const TEXTS = ["Hello! Do you have ten minutes today?", "Yes, from four o'clock on.", "Perfect. I'll ring you then.\n\nI have three pictures I am unsure about, all from the same evening.", "Send them in the call's chat, that's easiest."];
const REVIEWS = ["Clear, kind and to the point. I knew what to do after ten minutes.", "", "Good advice, but the line was bad for the first minutes and I would have liked that time back. In the end it was only billed for the time in which we saw each other, so that is fair.", "Never again!", "Wonderful."];
const HEADLINES = ["Your pictures, honestly looked at", "Decisions, gently", "Small animals, big worries", "Steuern ohne Angst vor der Steuer"];

const complaint = (who, fault, text) => ({ from: named(person(who)), fault, text, at: NOW - who * HOUR, open: true });

const PAYMENT = { state: "settled", plan: "Studio", amount_minor: 49900, currency: "EUR", redirect_url: null, reason: null };

export function sampleTenant(slug) {
  const { name, currency, brand } = LOOKS[slug];
  const users = range(61, (n) => ({ ...person(n), verified_at: n % 9 === 8 ? null : NOW - n * DAY, created_at: NOW - n * DAY - HOUR, suspended: n === 4 ? { reason: "Insulted two sellers", at: NOW - 2 * DAY } : null, calls: (n * 7) % 40, is_seller: n < 11 }));
  return {
    me: { ...named(person(1)), role: "admin", permissions: [...PERMISSIONS], tenant: { name, slug, currency, time_zone: "Europe/London", language: "en", url: `/` }, read_only: false, second_factor: true },
    money: "test",
    stepped_up: false,
    gateways: sampleGateways(),
    messages: sampleMessages(),
    differences: sampleDifferences(),
    users,
    sellers: users.slice(0, 11).map((user, n) => ({ id: user.id, name: user.name, email: user.email, headline: HEADLINES[n % 4], available: n % 3 === 0, rating: n === 5 ? null : { average_tenths: 50 - n, count: 3 + n * 4 }, services: 1 + (n % 3), calls: n * 13, earned_minor: n * 13 * 2710, suspended: n === 4, invited: n === 8 })),
    studios: sampleStudios(),
    shares: sampleShares(),
    moneyBack: sampleMoneyBack(currency),
    books: sampleBooks(currency),
    categories: sampleCategories(),
    services: range(19, (n) => ({ id: uuid(4, n), title: call(n).service, seller: named(person(n % 11)), rate_minor: n % 7 === 3 ? 0 : 120 + n * 15, price_minor: n % 7 === 3 ? 4_900 : null, currency, published: n % 6 !== 5, calls: n * 4 })),
    staff: [
      { ...person(1), role: "admin", permissions: [...PERMISSIONS], invited: false },
      { ...person(14), role: "staff", permissions: ["dashboard", "calls", "reviews", "chat_history"], invited: false },
      { ...person(15), role: "staff", permissions: ["settings"], invited: true },
    ],
    calls: range(52, (n) => call(n, currency)),
    recordings: range(24, recording),
    chats: range(28, (n) => ({ id: uuid(8, n), buyer: named(person(n + 20)), seller: named(person(n % 11)), last_at: NOW - n * 5 * HOUR, messages: 2 + (n % 9) })),
    reviews: range(31, (n) => ({ id: uuid(10, n), at: NOW - n * 9 * HOUR, stars: [5, 4, 3, 1, 5][n % 5], text: REVIEWS[n % 5], from: named(person(n + 20)), seller: named(person(n % 11)), hidden: n === 3 ? { reason: "Abuse", at: NOW - DAY } : null, reply: n % 4 === 0 ? { text: "Thank you. Come back whenever you like.", at: NOW - n * 9 * HOUR + HOUR } : null, open_reports: n === 4 ? 2 : 0, reports: n === 4 ? [complaint(21, "insult", ""), complaint(22, "other", "This person was never in a call with me.")] : [] })),
    reports: range(7, (n) => ({ id: uuid(16, n), at: NOW - n * 11 * HOUR, from: named(person(n + 20)), about: { ...named(person(n % 11)), suspended: n === 4, reports: 1 + (n % 3) }, fault: ["off_site", "harassment", "other"][n % 3], text: n % 2 ? "" : "Asked me to pay by bank transfer, and stopped answering when I said no.", note: n === 2 ? "Asked both. Waiting for an answer." : "", open: n < 4, closed: n < 4 ? null : { reason: "Account closed", at: NOW - DAY }, conversation: n === 1 ? null : uuid(8, n), calls: range(n % 3, (k) => ({ id: uuid(5, k), at: NOW - (n + k) * DAY, outcome: ["buyer_ended", "missed"][k] })) })),
    settings: { name, slug, currency, time_zone: "Europe/London", language: "en", reply_to: null, policy: { ring_s: 60, grace_s: 10, minimum_s: 60, increment: { kind: "minute" }, rescue_s: 300, commission_bp: 2000, reminder_min: 60, missed_min: 10, cancel_free_h: 24, late_cancel_bp: 5000, no_show_bp: 10000, tip_commission_bp: 0, most_tip: 500, recording: "either", recording_for: "both", recording_days: 90, snapshots: true, third_person: "buyer_pays" }, rate_bounds_minor: [50, 1500] },
    addresses: {
      subdomain: `${slug}.tallyroom.io`,
      address: `${slug}.tallyroom.io`,
      items: [
        domain("www.lumen-lessons.com", "proven", { found: "record" }),
        domain("lumen-unterricht-für-alle.de", "waiting", { domain: "xn--lumen-unterricht-fr-alle-xsc.de", found: "nothing" }),
        domain("old-lumen.com", "lost", { found: "other" }),
      ],
    },
    look: { brand, scheme: "auto", radius: "soft", font: "inter", page_title: `${name}: live video with people who know` },
    pictures: { logo: false, favicon: true },
    css: ".btn { letter-spacing: 0.02em }\n",
    templates: { "parts/hero": "<h1 class=\"display text-3xl\">{{t \"home.title\"}}</h1>" },
    versions: range(3, (n) => ({ id: uuid(11, n), at: NOW - (n + 1) * 6 * DAY, by: n === 2 ? null : person(1).name, look: n === 2 ? null : { brand, scheme: "auto", radius: n ? "round" : "soft", font: "inter", page_title: name, css: String(n).repeat(64) } })),
    words: range(140, (n) => ({ key: `${["home", "wallet", "room", "mail"][n % 4]}.text_${n}`, default: ["Who is available now", "Add credit to your wallet", "{name} is calling you", "You have {count} minutes left. The call ends by itself when your credit runs out."][n % 4], value: n % 17 === 3 ? "Our own words for this" : null })),
    exports: [
      { id: uuid(12, 9), asked_by: person(1).name, state: "running", tables_done: 9, tables: 24, rows: 0, bytes: 0, created_at: NOW - 20_000, expires_at: null },
      { id: uuid(12, 8), asked_by: person(14).name, state: "done", tables_done: 24, tables: 24, rows: 48211, bytes: 6_120_331, created_at: NOW - 2 * DAY, expires_at: NOW + 5 * DAY },
      { id: uuid(12, 7), asked_by: person(1).name, state: "expired", tables_done: 24, tables: 24, rows: 31022, bytes: 4_001_202, created_at: NOW - 40 * DAY, expires_at: NOW - 33 * DAY },
    ],
    audit: range(44, (n) => ({ id: uuid(6, n), at: NOW - n * 4 * HOUR, actor: { kind: n % 9 === 8 ? "platform" : "staff", id: uuid(1, n), name: person(n % 2 ? 1 : 14).name }, action: ["user.suspended", "review.hidden", "settings.changed", "staff.invited"][n % 4], subject: person(n + 4).name, before: n % 4 === 2 ? { grace_s: 10, commission_bp: 1500 } : null, after: n % 4 === 2 ? { grace_s: 15, commission_bp: 2000 } : { reason: "Abuse" }, address: `203.0.113.${n}` })),
  };
}

function domain(shown, state, more = {}) {
  const name = more.domain ?? shown;
  return { domain: name, shown, state, since: NOW - 3 * DAY, canonical: false, record: { name: `_tallyroom.${name}`, value: "tallyroom-3f9c1e0b7a5d42886f01c4d2a9be6713fa2c0d55" }, failing_since: null, checked_at: NOW - 7 * MINUTE, found: null, next_check_at: NOW + HOUR, ...more };
}

function dashboard(db, period) {
  const [steps, length] = { day: [24, HOUR], week: [7, DAY], month: [30, DAY] }[period];
  const next = random(steps);
  const series = range(steps, (n) => {
    const minutes = Math.floor(next() * (length / HOUR) * 11 * (0.4 + Math.sin((n * Math.PI) / steps)));
    const charged_minor = Math.max(0, minutes) * 183;
    return { from_at: NOW - (steps - n) * length, calls: Math.max(0, Math.ceil(minutes / 14)), minutes: Math.max(0, minutes), charged_minor, commission_minor: Math.round(charged_minor * 0.2) };
  });
  const total = (key) => series.reduce((sum, step) => sum + step[key], 0);
  return { currency: db.me.tenant.currency, live_calls: 6, minutes: total("minutes"), revenue_minor: total("charged_minor"), commission_minor: total("commission_minor"), failed_payments: 3, thumbs_up: 46, thumbs_down: 3, series };
}

const pale = (brand) => Number.parseInt(brand.slice(1, 3), 16) * 0.3 + Number.parseInt(brand.slice(3, 5), 16) * 0.6 + Number.parseInt(brand.slice(5, 7), 16) * 0.1 > 150;
const verdict = ({ brand }) => ({
  tokens: { brand: pale(brand) ? "#8a6d00" : brand, on_brand: "#ffffff", brand_text: pale(brand) ? "#6b5400" : brand },
  contrast: { ratio_tenths: pale(brand) ? 14 : 71, verdict: pale(brand) ? "adjusted" : "good" },
});
const branding = (db) => ({ ...db.look, ...verdict(db.look), pictures: Object.fromEntries(Object.entries(db.pictures).map(([name, own]) => [name, { own, url: "/admin/favicon.svg" }])), css: db.css === null ? null : "c".repeat(64), fault: null, fonts: ["inter", "figtree", "manrope", "newsreader", "archivo", "space_grotesk"], versions: db.versions });

export function tenantApi(slug) {
  const db = sampleTenant(slug);
  const live = (item, query) => (item.ended_at === null) === (query.get("state") !== "ended");
  const routes = {
    "GET /me": () => db.me,
    "GET /dashboard": ({ query }) => dashboard(db, query.get("period") ?? "week"),
    "GET /dashboard.csv": () => ({ csv: "from,calls,minutes\n" }),
    "GET /calls": ({ query }) => listing(db.calls, query, { keep: (item) => live(item, query) }),
    "POST /calls/:id/end": ({ params }) => void Object.assign(find(db.calls, params.id), { state: "ended", ended_at: NOW, end_reason: "staff_ended" }),
    "GET /audit": ({ query }) => listing(db.audit, query, { keep: ({ action }) => !query.get("action") || action === query.get("action") }),
    ...people(db),
    ...staff(db),
    ...studios(db),
    ...moneyBack(db),
    ...books(db),
    ...categories(db),
    ...gateways(db),
    ...words(db),
    ...setup(db),
  };
  const [admin, session] = [router("/api/v1/admin", routes), router("/api/v1/session", stepUp(db))];
  return { db, answer: (method, url, body) => (url.pathname.startsWith("/api/v1/session/") ? session : admin)(method, url, body) };
}

function people(db) {
  return {
    "GET /users": ({ query }) => listing(db.users, query, { text: ({ name, email }) => name + email }),
    "GET /users/:id": ({ params }) => ({ earned_minor: 42_300, frozen: null, ...find(db.users, params.id), balance_minor: 4210, currency: db.me.tenant.currency, time_zone: "America/New_York", second_factor: params.id === uuid(1, 4) }),
    "POST /users/:id/suspend": ({ params, body }) => void (find(db.users, params.id).suspended = { reason: body.reason, at: NOW }),
    "POST /users/:id/erase": ({ params }) => {
      Object.assign(find(db.users, params.id), { name: "Erased account", email: `erased-${params.id}@erased.invalid`, suspended: { reason: "Erased account", at: NOW } });
      return { messages: 12, reviews: 3, services: 0, sessions: 1, declarations: 2, calls_kept: 9, transfers_kept: 31 };
    },
    "POST /users/:id/reset-factor": () => undefined,
    "POST /users/:id/restore": ({ params }) => void (find(db.users, params.id).suspended = null),
    "GET /sellers": ({ query }) => listing(db.sellers, query),
    "POST /sellers": ({ body }) => {
      const seller = { id: uuid(1, 800 + db.sellers.length), available: false, rating: null, services: 0, calls: 0, earned_minor: 0, suspended: false, invited: true, ...body };
      db.sellers.push(seller);
      return { id: seller.id };
    },
    "GET /services": ({ query }) => listing(db.services, query),
    "POST /services/:id/publish": ({ params }) => void (find(db.services, params.id).published = true),
    "POST /services/:id/unpublish": ({ params }) => void (find(db.services, params.id).published = false),
  };
}

function staff(db) {
  const admins = () => db.staff.filter(({ role }) => role === "admin").length;
  const keepOne = (member, role) => {
    if (member.role === "admin" && role !== "admin" && admins() === 1) throw new Refusal(409, "conflict", "This is the last administrator. Make somebody else one first.");
  };
  return {
    "GET /staff": ({ query }) => listing(db.staff, query),
    "POST /staff": ({ body }) => {
      if (db.staff.some(({ email }) => email === body.email)) throw invalid("email", "This person is on your staff already.");
      const member = { id: uuid(1, 700 + db.staff.length), invited: true, ...body };
      db.staff.push(member);
      return member;
    },
    "PATCH /staff/:id": ({ params, body }) => {
      const member = find(db.staff, params.id);
      keepOne(member, body.role);
      return Object.assign(member, body);
    },
    "DELETE /staff/:id": ({ params }) => {
      keepOne(find(db.staff, params.id), null);
      db.staff = db.staff.filter(({ id }) => id !== params.id);
    },
  };
}

function words(db) {
  return {
    "GET /recordings": ({ query }) => listing(db.recordings, query, { keep: inState(query) }),
    "GET /recordings/storage": () => ({ used_mb: 4_312, limit_mb: 50_000 }),
    "DELETE /recordings/:id": ({ params }) => void Object.assign(find(db.recordings, params.id), { state: "deleted", bytes: 0 }),
    "GET /conversations": ({ query }) => listing(db.chats, query),
    "GET /conversations.csv": () => ({ csv: "at,from,text\n" }),
    "GET /conversations/:id": ({ params }) => {
      const chat = find(db.chats, params.id);
      const messages = range(chat.messages, (n) => ({ at: chat.last_at - (chat.messages - n) * 11 * MINUTE, from: n === 1 ? null : n % 2 ? chat.seller : chat.buyer, kind: n === 1 ? "call_missed" : "text", text: TEXTS[n % 4] }));
      return { ...chat, messages, earlier: 0 };
    },
    "GET /reviews": ({ query }) => listing(db.reviews, query),
    "POST /reviews/:id/hide": ({ params, body }) => void (find(db.reviews, params.id).hidden = { reason: body.reason, at: NOW }),
    "POST /reviews/:id/show": ({ params }) => void (find(db.reviews, params.id).hidden = null),
    "POST /reviews/:id/keep": ({ params }) => void Object.assign(find(db.reviews, params.id), { open_reports: 0 }),
    "GET /reports": ({ query }) => listing(db.reports, query),
    "POST /reports/:id/note": ({ params, body }) => void (find(db.reports, params.id).note = body.note),
    "POST /reports/:id/close": ({ params, body }) => void Object.assign(find(db.reports, params.id), { open: false, closed: { reason: body.reason, at: NOW } }),
    "GET /words": () => ({ languages: ["en", "de"], items: db.words }),
    "PUT /words": ({ body }) => {
      if (body.value?.includes("<")) throw invalid("value", "Texts can't hold markup.");
      const item = db.words.find(({ key }) => key === body.key);
      item.value = body.value;
    },
  };
}

function changeDomain(db, name, change) {
  const items = db.addresses.items.map((item) => (item.domain === name ? { ...item, ...change } : item));
  return (db.addresses = { ...db.addresses, items });
}

function setup(db) {
  return {
    "GET /settings": () => db.settings,
    "GET /domains": () => db.addresses,
    "POST /domains": ({ body }) => {
      if (!body.domain.includes(".")) throw invalid("domain", "Enter the whole domain, with its ending, such as your-business.com.");
      db.addresses = { ...db.addresses, items: [...db.addresses.items, domain(body.domain, "waiting", { checked_at: null })] };
      return db.addresses;
    },
    "POST /domains/:id/check": ({ params }) => changeDomain(db, params.id, { state: "proven", found: "record", checked_at: NOW }),
    "DELETE /domains/:id": ({ params }) => (db.addresses = { ...db.addresses, items: db.addresses.items.filter(({ domain }) => domain !== params.id) }),
    "PUT /address": ({ body }) => (db.addresses = { ...db.addresses, address: body.domain ?? db.addresses.subdomain }),
    "PATCH /settings": ({ body }) => {
      if (body.policy?.ring_s > 300) throw invalid("ring_s", "At most 300 seconds.");
      Object.assign(db.settings, body, { policy: { ...db.settings.policy, ...body.policy } });
      return db.settings;
    },
    "GET /branding": () => branding(db),
    "PUT /branding": ({ body }) => {
      db.look = body;
      return branding(db);
    },
    "PUT /branding/archive": ({ body }) => {
      if (!body) throw invalid("archive", "This isn't the archive of a look, is damaged, or unpacks to more than 24 MB.");
      return branding(db);
    },
    "PUT /branding/pictures/:name": ({ params }) => {
      db.pictures[params.name] = true;
      return branding(db);
    },
    "DELETE /branding/pictures/:name": ({ params }) => {
      db.pictures[params.name] = false;
      return branding(db);
    },
    "PUT /branding/css": ({ body }) => {
      if (body.includes("@import")) throw invalid("css", "Line 1: @import can't be used here.");
      db.css = body;
      return branding(db);
    },
    "DELETE /branding/css": () => {
      db.css = null;
      return branding(db);
    },
    "GET /branding/files/:hash": ({ params }) => ({ text: params.hash.startsWith("c") ? db.css : `a {\n  order: ${params.hash[0]};\n}` }),
    "GET /branding/templates": () => ({ items: ["home", "layout", "mails/receipt", "parts/hero", "room"].map((name) => ({ name, own: name in db.templates })) }),
    "GET /branding/template": ({ query }) => ({ name: query.get("name"), original: "<p>{{page.tenant_name}}</p>", own: db.templates[query.get("name")] ?? null }),
    "PUT /branding/template": ({ query, body }) => {
      if (body.includes("<script")) throw invalid("template", "Line 1: `<script>` can't be used: it would act by itself.");
      db.templates[query.get("name")] = body;
      return branding(db);
    },
    "DELETE /branding/template": ({ query }) => {
      delete db.templates[query.get("name")];
      return branding(db);
    },
    "POST /branding/preview": ({ body }) => {
      if (body.template?.text.includes("<script")) throw invalid("template", "Line 1: `<script>` can't be used: it would act by itself.");
      return { html: `<!doctype html><title>${body.page}</title><body class="site"><h1>${body.page}</h1><p class="btn">Sample</p>`, css: body.css ?? db.css ?? "" };
    },
    "POST /branding/check": ({ body }) => verdict(body),
    "POST /branding/revert/:version": () => branding(db),
    "POST /subscription/payments": ({ body }) => ({ ...PAYMENT, id: uuid(12, 9), plan: find(PLANS, body.plan_id).name }),
    "GET /subscription/payments/:id": ({ params }) => ({ ...PAYMENT, id: params.id }),
    "GET /exports": ({ query }) => listing(db.exports, query),
    "POST /exports": () => {
      const made = { ...db.exports[0], id: uuid(12, db.exports.length), state: "waiting", tables_done: 0, tables: 0, created_at: NOW, expires_at: null };
      db.exports.unshift(made);
      return { id: made.id };
    },
    "GET /subscription": () => ({
      state: db.unpaid ? "stopped" : "paid",
      stops_at: NOW + (db.unpaid ? -3 : 207) * DAY,
      offers: PLANS.filter(({ offered }) => offered),
      open: [],
      plan: PLANS[1],
      expires_at: NOW + (db.unpaid ? -10 : 200) * DAY,
      limits: PLANS[1].limits,
      usage: { sellers: 11, staff: 19, concurrent_calls: 6, storage_mb: 1204, participants: 2 },
      history: range(2, (n) => ({ id: uuid(12, n), invoice_no: 1042 - n * 311, from: NOW - (165 + n * 365) * DAY, at: NOW - (165 + n * 365) * DAY, plan: "Studio", amount_minor: 49900, currency: "EUR", until: NOW + (200 - n * 365) * DAY })),
    }),
  };
}
