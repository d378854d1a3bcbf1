// Sample accounts at payment providers, with the second factor that they ask for.
import { find, invalid, listing, Refusal } from "./rest.mjs";
import { DAY, HOUR, NOW, uuid } from "./sample.mjs";

const secret = (name) => ({ name, secret: true });
const shown = (name) => ({ name, secret: false });
const PROVIDERS = [
  { provider: "stripe", keys: [secret("secret_key"), secret("webhook_secret")] },
  { provider: "paypal", keys: [shown("client_id"), shown("webhook_id"), secret("client_secret")] },
  { provider: "authorize_net", keys: [shown("currency"), shown("login_id"), secret("transaction_key"), secret("signature_key")] },
  { provider: "paytr", keys: [shown("merchant_id"), secret("merchant_key"), secret("merchant_salt")] },
  { provider: "iyzico", keys: [secret("api_key"), secret("secret_key")] },
];

const sample = (n, provider, mode, keys, more = {}) => ({ id: uuid(17, n), provider, mode, keys, currencies: [], enabled: false, checked_at: null, trouble: null, webhook_url: `https://lumen.tallyroom.io/webhooks/${uuid(17, n)}`, created_at: NOW - n * DAY, ...more });

export const sampleGateways = () => [
  sample(0, "stripe", "test", { secret_key: "x4Qz", webhook_secret: "9fTe" }, { enabled: true, checked_at: NOW - 3 * HOUR }),
  sample(1, "paypal", "test", { client_id: "AeB3-long-client-id-of-the-app-kd93jfls", webhook_id: "5GP028458E2496506", client_secret: "" }, { currencies: ["EUR", "USD"], checked_at: NOW - 2 * DAY, trouble: "The provider refused us: 401 invalid_client: Client Authentication failed" }),
  sample(2, "stripe", "live", { secret_key: "K2mm", webhook_secret: "11aB" }),
];

/** What asks for a code that was shown of late. */
const fresh = (db, act) => (asked) => {
  needed(db);
  if (!db.stepped_up) throw new Refusal(409, "step_up_needed", "Show a code of your authenticator first: this needs one from the last ten minutes.");
  return act(asked);
};

function needed(db) {
  if (!db.me.second_factor) throw new Refusal(409, "second_factor_needed", "Switch your second factor on first, on your account page: whoever moves money needs one.");
}

const message = (n, provider, state, told, repeats = 0) => ({ id: uuid(18, n), provider, state, told, repeats, received_at: NOW - n * HOUR });

export const sampleMessages = () => [
  message(0, "stripe", "done", "payment cs_test_b1XhD03kQm: settled", 2),
  message(1, "paypal", "received", "payment 5O190127TN364715T"),
  message(2, "stripe", "refused", "the signature is wrong: it isn't of this endpoint"),
  message(3, "stripe", "done", "dispute du_1Nv of pi_3Nv"),
];

const difference = (n, person, ours, theirs, note = null) => ({ id: uuid(19, n), provider: "stripe", person, amount_minor: 2500 + n * 1000, currency: "EUR", ours, theirs, found_at: NOW - (n + 1) * DAY, note });

export const sampleDifferences = () => [
  difference(0, "Jonas Weber", "settled 2500", "declined"),
  difference(1, "Mara Lind", "declined", "settled 3500", "Paid after its page had run out. The money is in the wallet."),
];

export function stepUp(db) {
  return {
    "POST /step-up": ({ body }) => {
      if (body.code.replaceAll(" ", "") !== "123456") throw invalid("code", "That code isn't good: wrong, too old, or used before. Wait for the next one.");
      db.stepped_up = true;
    },
  };
}

export function gateways(db) {
  const keysOf = (provider) => PROVIDERS.find((known) => known.provider === provider).keys;
  const checked = ({ provider, mode, keys }, before) => {
    for (const { name } of keysOf(provider)) if (!keys[name] && before === undefined) throw invalid(name, "Enter this key; the provider's own console shows it.");
    if (mode === "test" && keys.secret_key?.startsWith("sk_live_")) throw invalid("secret_key", "This key moves real money, and this account is in test mode. Enter a test key.");
    return Object.fromEntries(keysOf(provider).map(({ name, secret }) => [name, keys[name] ? (secret ? keys[name].slice(-4) : keys[name]) : before.keys[name]]));
  };
  return {
    "GET /gateway-accounts": () => {
      needed(db);
      return { money: db.money, currency: db.me.tenant.currency, items: db.gateways, providers: PROVIDERS };
    },
    "POST /gateway-accounts": fresh(db, ({ body }) => {
      const added = sample(db.gateways.length + 10, body.provider, body.mode, checked(body), { currencies: body.currencies });
      db.gateways = [...db.gateways, added];
      return added;
    }),
    "PUT /gateway-accounts/:id": fresh(db, ({ params, body }) => {
      const account = find(db.gateways, params.id);
      return change(db, params.id, { keys: checked(body, account), currencies: body.currencies, checked_at: null, trouble: null });
    }),
    "POST /gateway-accounts/:id/check": ({ params }) => {
      const { checked_at, trouble } = change(db, params.id, { checked_at: NOW, trouble: null });
      return { checked_at, trouble };
    },
    "POST /gateway-accounts/:id/switch": fresh(db, ({ params, body }) => void change(db, params.id, body)),
    "DELETE /gateway-accounts/:id": fresh(db, ({ params }) => {
      find(db.gateways, params.id);
      db.gateways = db.gateways.filter(({ id }) => id !== params.id);
    }),
    "PUT /gateway-order": fresh(db, ({ body }) => {
      db.gateways = db.gateways.toSorted((a, b) => body.order.indexOf(a.id) - body.order.indexOf(b.id));
    }),
    "GET /gateway-messages": ({ query }) => listing(db.messages, query, { keep: ({ state }) => !query.get("state") || state === query.get("state") }),
    "GET /gateway-messages/:id": ({ params }) => ({ headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": "t=1800014400,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd" }, body: JSON.stringify({ id: `evt_${params.id}`, type: "checkout.session.completed" }) }),
    "GET /gateway-differences": ({ query }) => listing(db.differences, query),
    "POST /gateway-differences/:id/clear": ({ params, body }) => void (find(db.differences, params.id).note = body.reason),
    "POST /go-live": fresh(db, () => {
      db.money = "live";
    }),
  };
}

function change(db, id, changes) {
  const changed = { ...find(db.gateways, id), ...changes };
  db.gateways = db.gateways.map((account) => (account.id === id ? changed : account));
  return changed;
}
