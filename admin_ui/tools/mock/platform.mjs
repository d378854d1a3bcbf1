// The platform's sample API: /api/platform/….
import { find, invalid, listing, Refusal, router } from "./rest.mjs";
import { call, DAY, HOUR, inState, MINUTE, NOW, person, PLANS, range, recording, tenant, uuid } from "./sample.mjs";

const ref = ({ id, slug, name }) => ({ id, slug, name });
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h21v21H0z"/>' +
  range(21 * 21, (n) => ((n * n + 7 * n) % 11 < 5 ? `<path d="M${n % 21} ${Math.floor(n / 21)}h1v1h-1z"/>` : "")).join("") +
  "</svg>";
const KINDS = ["send_mail", "render_bill", "expire_topup", "notify_staff"];
const ACTIONS = ["tenant.created", "tenant.suspended", "staff.invited", "settings.changed", "node.drained", "job.retried", "call.ended", "theme.changed"];

function audit(n, tenants) {
  const changes = ACTIONS[n % ACTIONS.length] === "settings.changed";
  return {
    id: uuid(6, n),
    at: NOW - n * 3 * HOUR,
    tenant: n % 5 === 4 ? null : ref(tenants[n % tenants.length]),
    actor: n % 7 === 6 ? { kind: "system", id: null, name: "System" } : { kind: n % 3 ? "staff" : "platform", id: uuid(1, n), name: person(n).name },
    action: ACTIONS[n % ACTIONS.length],
    subject: changes ? "settings" : person(n + 4).name,
    before: changes ? { name: "Lumen", policy: { grace_s: 10 } } : null,
    after: changes ? { name: "Lumen Studio", policy: { grace_s: 15 } } : { reason: "Chargebacks" },
    address: n % 7 === 6 ? null : `203.0.113.${n % 250}`,
  };
}

const RULES = { on: true, grace_days: 7, days_before: [14, 3, 0], mail_subject: "The subscription of {tenant} ends on {ends}", mail_body: "Your plan {plan} is paid until {ends}. Nothing renews by itself.\n\n{link}", issuer: "Example Platform Ltd\n1 Example Street", variables: ["tenant", "plan", "days", "ends", "stops", "link"] };
const invoice = (n, tenant) => ({ id: uuid(12, n), invoice_no: 1042 - n, tenant: ref(tenant), at: NOW - n * 3 * DAY, plan: PLANS[n % 3].name, amount_minor: PLANS[n % 3].price_minor, currency: "EUR", from: NOW - n * 3 * DAY, until: NOW + (365 - n * 3) * DAY });

export function samplePlatform() {
  const tenants = range(34, tenant);
  return {
    me: null,
    role: "owner",
    enrolled: true,
    tenants,
    details: new Map(),
    users: range(140, (n) => ({ tenant: ref(tenants[n % 8]), ...person(n), is_seller: n % 6 === 0, verified_at: n % 9 === 8 ? null : NOW - n * DAY, created_at: NOW - n * DAY - HOUR })),
    recordings: range(30, (n) => ({ ...recording(n), tenant: ref(tenants[n % 4]) })),
    calls: range(60, (n) => ({ tenant: ref(tenants[n % 4]), ...call(n, tenants[n % 4].currency) })),
    nodes: range(3, (n) => ({ id: `media-${n + 1}`, capacity: 400, peers: [212, 388, 0][n], draining: n === 2 })),
    jobs: range(9, (n) => ({ tenant: n % 4 === 3 ? null : ref(tenants[n % 5]), id: uuid(5, n), kind: KINDS[n % 4], state: n < 6 ? "dead" : "due", attempts: n < 6 ? 8 : 1, run_at: NOW - n * HOUR, last_error: n < 6 ? "mail server: 550 5.1.1 no such mailbox <gone@example.com>, and it said so eight times" : null, created_at: NOW - n * HOUR - 30 * MINUTE })),
    plans: structuredClone(PLANS),
    rules: structuredClone(RULES),
    free: new Set(),
    invoices: range(30, (n) => invoice(n, tenants[n % 9])),
    audit: range(80, (n) => audit(n, tenants)),
  };
}

export function platformApi() {
  const db = samplePlatform();
  const state = (item, query) => !query.get("state") || item.state === query.get("state");
  const ofTenant = (item, query) => !query.get("tenant") || item.tenant?.id === query.get("tenant");
  const live = (item, query) => (item.ended_at === null) === (query.get("state") !== "ended");
  const routes = { ...session(db), ...tenants(db, state), ...work(db, state) };
  routes["GET /users"] = ({ query }) => listing(db.users, query, { text: ({ name, email }) => name + email, keep: (item) => ofTenant(item, query) });
  routes["GET /recordings"] = ({ query }) => listing(db.recordings, query, { keep: (item) => inState(query)(item) && ofTenant(item, query) });
  routes["GET /calls"] = ({ query }) => listing(db.calls, query, { keep: (item) => live(item, query) && ofTenant(item, query) });
  routes["POST /calls/:tenant/:id/end"] = ({ params }) => void Object.assign(find(db.calls, params.id), { state: "ended", ended_at: NOW, end_reason: "staff_ended" });
  routes["GET /audit"] = ({ query }) => listing(db.audit, query, { keep: ({ action }) => !query.get("action") || action === query.get("action") });
  const answer = router("/api/platform", routes);
  return {
    db,
    answer(method, url, body) {
      if (!db.me && !url.pathname.endsWith("/session")) throw new Refusal(401, "sign_in_needed", "Sign in first.");
      return answer(method, url, body);
    },
  };
}

function session(db) {
  const me = () => ({ id: uuid(7, 1), email: "owner@example.com", name: "Ada Owner", role: db.role });
  return {
    "GET /me": () => db.me,
    "DELETE /session": () => void (db.me = null),
    "POST /session": ({ body }) => {
      if (body.email !== "owner@example.com" || body.password !== "owner") throw new Refusal(401, "sign_in_needed", "Email or password is wrong.");
      if (!body.code) return db.enrolled ? { state: "code_needed" } : { state: "enrol", secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", otpauth_url: "otpauth://totp/x", qr_svg: QR };
      if (body.code !== "123456") throw invalid("code", "That code is wrong or was used already. Enter the next one.");
      [db.me, db.enrolled] = [me(), true];
      return { state: "in", me: db.me };
    },
    "GET /overview": () => ({
      tenants: { active: 31, suspended: 2, deleting: 1 },
      users: 18_204,
      live_calls: db.calls.filter(({ ended_at }) => ended_at === null).length,
      calls_today: 412,
      minutes_today: 6_377,
      dead_jobs: db.jobs.filter(({ state }) => state === "dead").length,
      nodes: db.nodes,
      health: [
        { name: "database", ok: true, detail: "2 ms" },
        { name: "mail", ok: false, detail: "The server at mail.example.com refused the last three connections." },
        { name: "media", ok: true, detail: "3 nodes, 2 take calls" },
        { name: "gateway:test", ok: true, detail: "" },
      ],
    }),
  };
}

function tenants(db, state) {
  const detail = (id) => {
    const row = find(db.tenants, id);
    const more = db.details.get(id) ?? {
      hosts: [
        { host: `${row.slug}.localhost`, kind: "subdomain", verified_at: row.created_at },
        ...(row.slug === "lumen" ? [{ host: "calls.lumen.example", kind: "domain", verified_at: null }] : []),
      ],
      admins: row.slug === "pawline" ? [] : [{ ...person(row.users % 20) }],
      suspension: row.state === "suspended" ? { reason: "Chargebacks above two percent", at: NOW - 3 * DAY } : null,
      delete_at: row.state === "deleting" ? NOW + 22 * DAY : null,
      policy: {},
      time_zone: "Europe/Berlin",
      language: "en",
      theme: "default",
    };
    db.details.set(id, more);
    return { ...row, ...more };
  };
  const change = (id, row, more) => {
    detail(id);
    Object.assign(find(db.tenants, id), row);
    Object.assign(db.details.get(id), more);
    return detail(id);
  };
  return {
    "GET /tenants": ({ query }) => listing(db.tenants, query, { text: ({ name, slug }) => name + slug, keep: (item) => state(item, query) }),
    "GET /tenants/:id": ({ params }) => detail(params.id),
    "POST /tenants": ({ body }) => {
      if (db.tenants.some(({ slug }) => slug === body.slug)) throw invalid("slug", `${body.slug} is taken. Try another subdomain.`);
      const row = { ...tenant(db.tenants.length), slug: body.slug, name: body.name, url: `http://${body.slug}.localhost:8080`, currency: body.currency, created_at: NOW, users: 1, sellers: 0, live_calls: 0, plan: null };
      db.tenants.push(row);
      return detail(row.id);
    },
    "PATCH /tenants/:id": ({ params, body }) => change(params.id, body.name ? { name: body.name } : {}, { time_zone: body.time_zone, language: body.language }),
    "POST /tenants/:id/suspend": ({ params, body }) => change(params.id, { state: "suspended" }, { suspension: { reason: body.reason, at: NOW } }),
    "POST /tenants/:id/restore": ({ params }) => change(params.id, { state: "active" }, { suspension: null, delete_at: null }),
    "POST /tenants/:id/delete": ({ params }) => change(params.id, { state: "deleting" }, { delete_at: NOW + 30 * DAY }),
    "POST /tenants/:id/admins": ({ params, body }) => change(params.id, {}, { admins: [...detail(params.id).admins, { id: uuid(1, 900), ...body }] }),
    "POST /tenants/:id/view-as": () => ({ url: "http://lumen.localhost:8099/admin" }),
  };
}

function work(db, state) {
  const drop = (id) => (db.jobs = db.jobs.filter((job) => job.id !== id));
  return {
    "GET /nodes": ({ query }) => listing(db.nodes, query),
    "POST /nodes/:id/drain": ({ params }) => void (find(db.nodes, params.id).draining = true),
    "GET /jobs": ({ query }) => listing(db.jobs, query, { keep: (item) => state(item, query) }),
    "POST /jobs/:tenant/:id/retry": ({ params }) => void (find(db.jobs, params.id).state = "due"),
    "POST /jobs/:tenant/:id/drop": ({ params }) => void drop(params.id),
    ...subscriptions(db),
    "GET /plans": ({ query }) => listing(db.plans, query),
    "POST /plans": ({ body }) => {
      const plan = { id: uuid(9, 100 + db.plans.length), ...body };
      db.plans.push(plan);
      return plan;
    },
    "PATCH /plans/:id": ({ params, body }) => Object.assign(find(db.plans, params.id), body),
  };
}

function subscriptions(db) {
  const quotas = (id) => ({ general: { requests_per_second: 1000, sockets: 5000, mails_per_hour: 5000, uploads_per_hour: 500, joins_per_minute: 600 }, own: db.quotas?.[id] ?? {}, used: { sockets: 412, mails: 37, uploads: 2, joins: 9 } });
  const standing = (id) => {
    const free = db.free.has(id);
    const history = db.invoices.filter(({ tenant }) => tenant.id === id);
    return { free, state: free ? "free" : "paid", plan: PLANS[1], expires_at: NOW + 200 * DAY, stops_at: NOW + 207 * DAY, limits: PLANS[1].limits, usage: PLANS[0].limits, offers: PLANS, open: [], history };
  };
  return {
    "GET /subscriptions": () => db.rules,
    "PATCH /subscriptions": ({ body }) => {
      const unknown = /\{(\w*)\}/g;
      for (const [, name] of `${body.mail_subject} ${body.mail_body}`.matchAll(unknown)) if (!RULES.variables.includes(name)) throw invalid("mail_body", `In this text {${name}} stands for nothing.`);
      return Object.assign(db.rules, body);
    },
    "GET /invoices": ({ query }) => listing(db.invoices, query),
    "GET /tenants/:id/quotas": ({ params }) => quotas(params.id),
    "PUT /tenants/:id/quotas": ({ params, body }) => {
      const wrong = Object.keys(body).find((name) => !(body[name] >= 1 && body[name] <= 1_000_000));
      if (wrong) throw invalid(wrong, "Enter a number from 1 to 1000000, or none.");
      db.quotas = { ...db.quotas, [params.id]: body };
      return quotas(params.id);
    },
    "GET /tenants/:id/subscription": ({ params }) => standing(params.id),
    "PATCH /tenants/:id/subscription": ({ params, body }) => {
      db.free[body.free ? "add" : "delete"](params.id);
      return standing(params.id);
    },
  };
}
