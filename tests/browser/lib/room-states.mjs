// What a call's room shows besides its phases: what comes by the socket, and what a person opens. The samples' pages have no
// server behind them; this is what one would say.
import { cameraComes, caps, devicesFail, nodeAnswers, picturesCome, playsNoSound, producer, timeFlies, transport } from "./room-media.mjs";

const CALL = "00000000-0000-0000-0000-000000000001";
const BUYER = "00000000-0000-0000-0000-0000000000b1";
const SELLER = "00000000-0000-0000-0000-0000000000c1";
const GUEST = "00000000-0000-0000-0000-0000000000d1";

const people = ({ other, role }, more = []) => ({
  type: "people",
  people: [
    { id: BUYER, role: "buyer", name: role === "seller" ? other.name : "Robin Hale", peer: "peer-buyer", waiting: false },
    { id: SELLER, role: "seller", name: role === "seller" ? "Robin Hale" : other.name, peer: "peer-seller", waiting: false },
    ...more,
  ],
});
const interpreter = { id: GUEST, role: "interpreter", name: "Ira Winter", peer: "peer-guest", guest: GUEST, waiting: false, languages: ["de", "fr"], speaks: "de" };
const waiting = { ...interpreter, peer: null, waiting: true, speaks: undefined };

const line = (n, from, text, more = {}) => ({ type: "chat", line: { id: `line-${n}`, from, person: { buyer: BUYER, seller: SELLER }[from] ?? GUEST, name: "", text, at_ms: Date.UTC(2026, 4, 12, 9, 30 + n), ...more } });
const chat = ({ other }) => [
  line(1, "seller", "Hello! I have your papers here.", { name: other.name }),
  line(2, "buyer", "Thank you. Shall we begin with the contract? https://example.org/contract", { name: "Robin Hale" }),
  line(3, "seller", "", { name: other.name, file: { name: "contract-signed-by-both.pdf", media_type: "application/pdf", bytes: 182_400, url: "/none" } }),
  line(4, "interpreter", "Einen Moment, bitte.", { name: "Ira Winter" }),
  { type: "typing", person: SELLER, on: true },
];

const TEXT = { version: "sample", language: "en", text: "I agree that picture and sound of this call are recorded from now on and kept by the operator of this marketplace." };
const recording = (call, more) => ({
  type: "recording",
  recording: { id: CALL, state: "recording", asked_by: call.other.name, by_you: false, you_agreed: true, agreed: [call.other.name], waits_for: [], since_ms: call.server_now_ms - 74_000, ending: null, texts: [TEXT], server_now_ms: call.server_now_ms, ...more },
});
const picture = ({ other }) => {
  // As large as a phone takes it; what it shows doesn't matter here.
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="3024" height="4032"><rect width="100%" height="100%" fill="#f4f1ea"/><path d="M400 600h2200M400 1000h2200M400 1400h1400" stroke="#59616b" stroke-width="90"/></svg>`;
  const url = `data:image/svg+xml,${encodeURIComponent(drawn)}`;
  return line(5, "seller", "", { name: other.name, file: { name: "letter-from-the-office.jpg", media_type: "image/jpeg", bytes: 2_411_000, url: "/none", image: { url, width: 3_024, height: 4_032 } } });
};

/** What the seller sends. */
const sent = (...sources) => sources.map((source) => producer("peer-seller", source));
const topUp = { id: CALL, state: "pending", amount_minor: 1_000, currency: "EUR", redirect_url: "/none" };
const provider = (call, at, name, service_title, rate_minor) => ({ service_id: `${CALL.slice(0, -1)}${at}`, name, service_title, rate_minor, increment_s: 60, minimum_s: 180, opening_minor: rate_minor * 3, currency: call.currency });

/** Waits until the page has that face. */
const face = (name) => (page) => page.locator(`#room[data-face=${name}]`).waitFor();
/** One after the other. */
const steps = (...all) => async (page) => {
  for (const step of all) await step(page);
};
const shown = (testid) => (page) => page.getByTestId(testid).first().waitFor();
const open = (testid) => (page) => page.getByTestId(testid).first().click();
/** From the bar, or from the list of more where that is all there is room for. */
const doing = (what) => async (page) => {
  const button = page.locator(`#bar [data-do=${what}]`);
  if (await button.isVisible()) return button.click();
  await page.getByTestId("more").click();
  await page.locator(`#dialog-more [data-do=${what}]`).click();
};

/** Has camera and microphone opened anew, for a reason why they can't be. */
const retried = (reason) => async (page) => {
  await page.evaluate(devicesFail, reason);
  for (const device of ["mic", "camera"]) await page.locator(`[data-do=retry-${device}]:visible`).click();
};
const paying = async (page) => {
  // The tab of the payment page isn't what is looked at.
  await page.evaluate(() => (window.open = () => null));
  await page.getByTestId("rescue-amount-1000").click();
  await page.locator("#credit-page").waitFor();
};

/**
 * Of which sample, what it is called, what the server says, what is done then, and what else there is: how a join is answered
 * (`join`, or `refused` with a reason) and what is said then (`then`), what the API answers (`api`), what stands in for the
 * browser's media (`media`), or that the page's script hasn't come yet (`unscripted`).
 */
const STATES = [
  ["room-live", "people", (call) => [people(call, [interpreter])], doing("people")],
  ["room-live", "knock", (call) => [people(call, [waiting])]],
  ["room-live", "chat", (call) => [people(call, [interpreter]), ...chat(call)], open("chat")],
  ["room-live", "chat-empty", (call) => [people(call)], open("chat")],
  ["room-live", "captions", (call) => [people(call, [{ ...interpreter, speaks: undefined }]), { type: "caption", person: GUEST, text: "The landlord has to give three months’ notice, in writing, and has to say why." }, { type: "caption", person: SELLER, text: "That is right." }]],
  ["room-live", "more", (call) => [people(call)], open("more")],
  ["room-live", "end", (call) => [people(call)], open("end")],
  ["room-live", "devices", (call) => [people(call)], open("devices")],
  ["room-live", "warning", (call) => [people(call), { type: "call", call: { ...call, remaining_ms: 118_000, server_now_ms: call.server_now_ms + 1 } }, { type: "warning", minutes_left: 2 }]],
  ["room-live", "extended", (call) => [people(call), { type: "extension", extension: extension(call, "asked") }, { type: "extension", extension: extension(call, "paid") }]],
  ["room-live", "consent", (call) => [people(call), recording(call, { state: "asked", you_agreed: false, waits_for: ["Robin Hale"], since_ms: null })]],
  ["room-live", "recorded", (call) => [people(call), recording(call)]],
  ["room-live", "recording-held", (call) => [people(call, [interpreter]), recording(call, { state: "held", waits_for: ["Ira Winter"] })]],
  ["room-live", "recording-over", (call) => [people(call), recording(call), recording(call, { state: "ended", ending: "disk_full", server_now_ms: call.server_now_ms + 1 })]],
  ["room-live", "report", (call) => [people(call)], async (page) => {
    await page.getByTestId("more").click();
    await page.getByTestId("report").click();
  }],
  ["room-live", "elsewhere", () => [], face("replaced"), { join: {}, then: [{ type: "replaced" }] }],
  ["room-live", "reconnecting", (call) => [people(call)], face("reconnecting"), { join: {}, then: [{ type: "media_reset" }] }],
  ["room-live", "loading", () => [], undefined, { unscripted: true }],
  ["room-live", "settling", (call) => [{ type: "call", call: { ...call, phase: "settling", ended: "buyer_ended", server_now_ms: call.server_now_ms + 1 } }], steps(open("ack"), face("summary"))],
  ["room-live", "sound-only", () => [], async (page) => {
    await page.evaluate(timeFlies, 20);
    await page.getByTestId("weak").waitFor();
    // The bar has gone meanwhile.
    await page.mouse.move(9, 9);
  }, { join: { producers: sent("microphone", "camera") }, then: [{ type: "layers", producer: "camera", score: 1, layer: 0 }] }],
  ["room-live", "their-screen", () => [], shown("screen"), { join: { producers: sent("microphone", "screen") }, media: [picturesCome, "screen"] }],
  ["room-live", "presenting", () => [], steps((page) => page.keyboard.press("s"), shown("presents")), { join: { producers: sent("microphone", "camera") }, media: [picturesCome, "face"] }],
  ["room-live", "tap-for-sound", () => [], shown("hear"), { join: { producers: [...sent("microphone"), producer("peer-seller", "camera", { paused: true })] }, media: [playsNoSound] }],
  ["room-live", "camera-gone", (call) => [people(call)], async (page) => {
    await page.evaluate(cameraComes);
    await page.getByTestId("camera").click();
    await page.locator("[data-testid=camera][aria-pressed=false]").waitFor();
    await page.evaluate(devicesFail, "NotFoundError");
    await page.evaluate(() => window.unplugCamera());
    await page.getByTestId("devices").click();
    await page.locator("#dialog-devices [data-do=retry-camera]").waitFor();
  }],
  ["room-live", "keys", (call) => [people(call)], steps((page) => page.keyboard.press("?"), (page) => page.locator("#dialog-keys[open]").waitFor())],
  ["room-live", "emoji", (call) => [people(call), ...chat(call)], steps(open("chat"), open("chat-emoji"), (page) => page.locator(".emoji-grid button").first().waitFor())],
  ["room-live", "picture", (call) => [people(call), ...chat(call), picture(call)], steps(open("chat"), open("chat-picture"), (page) => page.locator("#dialog-picture[open]").waitFor())],
  ["room-live", "providers", (call) => [people(call)], steps(doing("people"), (page) => page.getByTestId("provider-bring").last().scrollIntoViewIfNeeded()), {
    api: (call) => ({ [`GET /api/v1/calls/${CALL}/providers`]: { items: [provider(call, 2, "Ira Winter", "Interpreting: German, French", 120), provider(call, 3, "Maximiliane Freifrau von Hohenstein-Waldburg", "Sworn translations and certified interpreting at authorities", 240)] } }),
  }],
  ["room-live", "guest-link", (call) => [people(call)], steps(doing("people"), open("guest-invite"), shown("guest-link")), {
    api: () => ({ [`POST /api/v1/calls/${CALL}/guests`]: { id: GUEST, link: "https://example.org/guest/q7w2m9k4x8c3" } }),
  }],
  ["room", "signed-out", () => [], face("signed_out"), { api: () => ({ [`GET /api/v1/calls/${CALL}`]: 401 }) }],
  ["room-check", "devices-denied", () => [], retried("NotAllowedError")],
  ["room-check", "devices-busy", () => [], retried("NotReadableError")],
  ["room-no-credit", "top-up", () => [], paying, { api: () => ({ "POST /api/v1/wallet/top-ups": topUp, [`GET /api/v1/wallet/top-ups/${CALL}`]: topUp }) }],
  ["room-over", "summary", () => [], steps(open("ack"), face("summary"))],
  ["room-over", "rating", () => [], steps(open("ack"), (page) => page.getByTestId("rate-4").check(), shown("rate-submit"))],
  ["room-over-seller", "rating", () => [], steps(open("ack"), (page) => page.getByTestId("rate-4").check(), shown("rate-submit"))],
  ["room-live-seller", "extend", (call) => [people(call)], open("extend")],
  ["room-live-seller", "extension-declined", (call) => [people(call), { type: "extension", extension: extension(call, "asked") }, { type: "extension", extension: extension(call, "declined") }]],
  ["room-live-seller", "tipped", (call) => [people(call), { type: "tipped", from_name: call.other.name, amount_minor: 500, currency: call.currency }]],
  ["room-live-seller", "recording-asked", (call) => [people(call), recording(call, { state: "asked", by_you: true, waits_for: [call.other.name], since_ms: null })]],
  ["room-live-guest", "people", (call) => [people(call, [interpreter])], doing("people")],
  ["room-live-guest", "captions-written", (call) => [people(call, [interpreter])], async (page) => {
    await page.getByTestId("more").click();
    await page.getByTestId("captions-write").click();
  }],
  ["room-live-guest", "admission", () => [], face("admission"), { refused: "not_admitted" }],
  ["room-live-guest", "shown-out", (call) => [people(call, [interpreter]), { type: "shown_out" }]],
];

function extension(call, state) {
  return { id: CALL, call: CALL, minutes: 15, price_minor: 2_700, currency: call.currency, state, until_ms: null, server_now_ms: call.server_now_ms };
}

/** The states that a sample has besides its own. */
export const statesOf = (sample) => STATES.filter(([of]) => of === sample).map(([, name, says, act, more]) => ({ name, says, act, ...more }));

const joining = (call) => ({ epoch: 1, peer: "peer-buyer", call, caps, send: transport("send"), recv: transport("recv"), people: people(call).people, producers: [], ice_servers: [], chat: [], may_record: true });

/** What is answered to a request in a state; nothing to a join that the state doesn't know, or that follows another. */
function answerTo(request, { join, refused } = {}, call, joined) {
  if (request.type !== "join") return { ok: nodeAnswers(request) };
  if (refused) return { error: { code: refused, message: "" } };
  return join && !joined ? { ok: { ...joining(call), ...join } } : null;
}

/** Answers a page as the server would in `state()`, and tells when all is said; any other page's socket it only holds open. */
export async function serve(page, state, told) {
  let call;
  await page.routeWebSocket(/\/ws$/, async (socket) => {
    const current = state();
    const config = await page.evaluate(() => document.querySelector("#room-config")?.textContent);
    if (!config) return;
    call = JSON.parse(config).room.call;
    if (current?.media) await page.evaluate(...current.media);
    let joined = false;
    socket.onMessage((text) => {
      const request = JSON.parse(text);
      const answer = answerTo(request, current, call, joined);
      if (answer) socket.send(JSON.stringify({ type: "reply", id: request.id, ...answer }));
      if (request.type !== "join" || !answer?.ok) return;
      joined = true;
      for (const message of current.then ?? []) socket.send(JSON.stringify(message));
    });
    for (const message of [{ type: "hello", server_now_ms: call.server_now_ms }, ...(current?.says(call) ?? [])]) socket.send(JSON.stringify(message));
    told();
  });
  await page.route("**/api/v1/**", (route) => {
    const request = route.request();
    const answer = call && state()?.api?.(call)[`${request.method()} ${new URL(request.url()).pathname}`];
    if (answer === undefined) return route.fallback();
    return route.fulfill(typeof answer === "number" ? { status: answer } : { json: answer });
  });
  await page.route("**/assets/main-*.js", (route) => {
    if (!state()?.unscripted) return route.fallback();
    told();
    return route.fulfill({ contentType: "text/javascript", body: "" });
  });
}
