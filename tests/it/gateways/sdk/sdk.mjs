// What providers' own packages make of our messages, and how they sign theirs. Reads one question as JSON, writes the
// answer as JSON.
import Stripe from "stripe";
import iyzipay from "iyzipay/lib/utils.js";

const stripe = new Stripe("sk_test_unused");

const verbs = {
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

  /** The header with which iyzico's own library would send a body. */
  iyzico_authorization: ({ api_key, secret_key, path, body, random }) =>
    iyzipay.generateAuthorizationHeaderV2("IYZWSv2", api_key, ":", secret_key, path, body, random),

  /** The signature of parameters by iyzico's own library. */
  iyzico_sign: ({ parameters, secret_key }) => iyzipay.calculateHmacSHA256Signature(parameters, secret_key),
};

let text = "";
for await (const part of process.stdin) text += part;
const { verb, ...question } = JSON.parse(text);
process.stdout.write(JSON.stringify(verbs[verb](question)));
