// Requests to a tenant's host: Node doesn't know that *.localhost is this machine, and fetch won't take a Host header.
import assert from "node:assert/strict";
import { request } from "node:http";

/** One request; resolves to `{ status, headers, text }`. */
export function send(tenant, method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const host = `${tenant.host}:${tenant.port}`;
    const options = { host: "127.0.0.1", port: tenant.port, method, path, headers: { host, ...headers } };
    const sent = request(options, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    sent.once("error", reject);
    sent.setTimeout(15_000, () => sent.destroy(new Error(`${method} ${path}: no answer in 15 s`)));
    sent.end(body);
  });
}

/** A JSON request that has to succeed; resolves to the JSON of the answer. */
export async function api(tenant, method, path, { token, body } = {}) {
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await send(tenant, method, path, { headers, body: body && JSON.stringify(body) });
  assert.ok(answer.status < 300, `${method} ${path} was answered with ${answer.status}: ${answer.text}`);
  return answer.text ? JSON.parse(answer.text) : undefined;
}
