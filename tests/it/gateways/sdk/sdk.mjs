// What providers' own packages make of our messages, and how they sign theirs. Reads one question as JSON, writes the
// answer as JSON.
import { createRequire } from "node:module";
import Stripe from "stripe";
import authorizenet from "authorizenet";
import iyzipay from "iyzipay/lib/utils.js";
import { PayU } from "@ingameltd/payu";
import { validateAndMap, validateAndUnmap } from "@apimatic/schema";

const require = createRequire(import.meta.url);

const stripe = new Stripe("sk_test_unused");

/** Keeps what Stripe's own library would send. */
class Recorder extends Stripe.HttpClient {
  sent = [];
  getClientName() {
    return "recorder";
  }
  async makeRequest(_host, _port, path, method, _headers, body) {
    this.sent.push([method, path, body ?? ""]);
    return {
      getStatusCode: () => 200,
      getHeaders: () => ({}),
      getRawResponse: () => ({}),
      toStream: () => null,
      toJSON: async () => ({ object: "list", data: [], has_more: false }),
    };
  }
}

/** The parameters in a form: `a[b][0]=c` is `{a: {b: ["c"]}}`. */
function parameters(form) {
  const all = {};
  for (const [name, value] of new URLSearchParams(form)) {
    const steps = name.split(/[[\]]+/).filter((step) => step !== "");
    const last = steps.pop();
    let at = all;
    steps.forEach((step, nth) => {
      at = at[step] ??= /^\d+$/.test(steps[nth + 1] ?? last) ? [] : {};
    });
    at[last] = value;
  }
  return all;
}

/** Calls the method of Stripe's own library that an address belongs to. */
function call(client, method, path, told) {
  const [, first, second, id, verb] = path.split("/").slice(1);
  const [kind, name, done] = first === "checkout" ? ["sessions", id, verb] : [first, second, id];
  if (kind === "balance") return client.balance.retrieve();
  const resource = { sessions: client.checkout.sessions, payment_intents: client.paymentIntents, refunds: client.refunds, transfers: client.transfers }[kind];
  if (done) return resource[done](name, told);
  if (name) return resource.retrieve(name, told);
  return method === "GET" ? resource.list(told) : resource.create(told);
}

/** The types that PayPal's own library has for the bodies of orders, by the ends of their addresses. */
const paypal = async (path) => {
  const name = path.endsWith("/orders")
    ? "order"
    : path.startsWith("/v2/checkout/")
      ? { capture: "orderCapture", authorize: "orderAuthorize" }[path.split("/").at(-1)]
      : path.split("/").at(-1);
  const file = require.resolve("@paypal/paypal-server-sdk").replace("/cjs/index.js", `/cjs/models/${name}Request.js`);
  return require(file)[`${name}RequestSchema`];
};

/** A client for PayU that only writes down what it would send, as method, path and body. */
function payu({ pos_id, client_secret, second_key }) {
  const sent = [];
  const client = new PayU(pos_id, client_secret, pos_id, second_key, { sandbox: true });
  client.client.defaults.adapter = async (config) => {
    sent.push([config.method.toUpperCase(), config.url, config.data ?? "", config.headers["Content-Type"] ?? ""]);
    const opens = config.url.endsWith("/orders");
    return { data: { access_token: "T", expires_in: 43_199 }, status: opens ? 302 : 200, headers: {}, config };
  };
  return [client, sent];
}

const verbs = {
  /** Requests as Stripe's own library sends them: method, address with query, form. */
  stripe_write: async ({ requests }) => {
    const httpClient = new Recorder();
    const client = new Stripe("sk_test_unused", { httpClient, telemetry: false, maxNetworkRetries: 0 });
    for (const [method, path, form] of requests) await call(client, method, path, parameters(form));
    return httpClient.sent;
  },

  /** Signs events as Stripe does: one header a payload. */
  stripe_sign: ({ payloads, secret, timestamp }) =>
    payloads.map((payload) => stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })),

  /** Whether Stripe's own library takes a signed event. */
  stripe_takes: ({ payload, header, secret, timestamp }) => {
    try {
      stripe.webhooks.constructEvent(payload, header, secret, 300, undefined, timestamp * 1000);
      return true;
    } catch {
      return false;
    }
  },

  /** Requests as Authorize.net's own library writes them: what it doesn't know is gone, the rest is in order. */
  authorizenet_write: ({ requests }) =>
    requests.map((request) => {
      const [[name, told]] = Object.entries(JSON.parse(request));
      const Request = authorizenet.APIContracts[name[0].toUpperCase() + name.slice(1)];
      // Its constructor takes the settings without the member around them.
      const settings = told.hostedPaymentSettings?.setting;
      return JSON.stringify(new Request(settings ? { ...told, hostedPaymentSettings: settings } : told).getJSON());
    }),

  /** Bodies as PayPal's own library reads and writes them: what it doesn't know is gone. */
  paypal_write: ({ requests }) =>
    Promise.all(
      requests.map(async ([path, body]) => {
        if (path.endsWith("/void")) return body;
        const schema = await paypal(path);
        const read = validateAndMap(body, schema);
        if (read.errors) throw new Error(JSON.stringify(read.errors));
        const written = validateAndUnmap(read.result, schema);
        if (written.errors) throw new Error(JSON.stringify(written.errors));
        return JSON.parse(JSON.stringify(written.result));
      }),
    ),

  /** Requests as a library for PayU sends them: a token, orders, captures. */
  payu_write: async ({ keys, orders, captures }) => {
    const [client, sent] = payu(keys);
    for (const order of orders) await client.createOrder(JSON.parse(order));
    for (const id of captures) await client.captureOrder(id);
    return sent;
  },

  /** Whether a library for PayU takes signed notifications. */
  payu_takes: ({ keys, notifications }) => {
    const [client] = payu(keys);
    return notifications.map(({ header, body }) => client.verifyNotification(header, body));
  },

  /** Requests as iyzico's own library writes and signs them: body, and header. */
  iyzico_write: ({ api_key, secret_key, requests }) =>
    requests.map(({ path, body, random }) => {
      const models = {
        "/payment/iyzipos/checkoutform/initialize/auth/ecom": "CreateCheckoutFormInitializeRequest",
        "/payment/detail": "RetrievePaymentRequest",
        "/v2/payment/refund": "CreateRefundV2Request",
      };
      const told = JSON.parse(body);
      const Model = models[path] && require(`iyzipay/lib/requests/${models[path]}.js`);
      const written = Model ? new Model(told).toJson() : told;
      const header = iyzipay.generateAuthorizationHeaderV2("IYZWSv2", api_key, ":", secret_key, path, written, random);
      return [JSON.stringify(written), header];
    }),
};

let text = "";
for await (const part of process.stdin) text += part;
const { verb, ...question } = JSON.parse(text);
process.stdout.write(JSON.stringify(await verbs[verb](question)));
