// What a call's room shows besides its phases: what comes by the socket, and what a person opens. The samples' pages have no
// server behind them; this is what one would say.
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
const open = (testid) => (page) => page.getByTestId(testid).first().click();
/** From the bar, or from the list of more where that is all there is room for. */
const doing = (what) => async (page) => {
  const button = page.locator(`#bar [data-do=${what}]`);
  if (await button.isVisible()) return button.click();
  await page.getByTestId("more").click();
  await page.locator(`#dialog-more [data-do=${what}]`).click();
};

/** Of which sample, what it is called, what the server says, what is done then, and what is said once the page has joined. */
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
  ["room-live", "elsewhere", () => [], undefined, [{ type: "replaced" }]],
  ["room-live-seller", "extend", (call) => [people(call)], open("extend")],
  ["room-live-seller", "extension-declined", (call) => [people(call), { type: "extension", extension: extension(call, "asked") }, { type: "extension", extension: extension(call, "declined") }]],
  ["room-live-seller", "tipped", (call) => [people(call), { type: "tipped", from_name: call.other.name, amount_minor: 500, currency: call.currency }]],
  ["room-live-seller", "recording-asked", (call) => [people(call), recording(call, { state: "asked", by_you: true, waits_for: [call.other.name], since_ms: null })]],
  ["room-live-guest", "people", (call) => [people(call, [interpreter])], doing("people")],
  ["room-live-guest", "captions-written", (call) => [people(call, [interpreter])], async (page) => {
    await page.getByTestId("more").click();
    await page.getByTestId("captions-write").click();
  }],
  ["room-live-guest", "shown-out", (call) => [people(call, [interpreter]), { type: "shown_out" }]],
];

function extension(call, state) {
  return { id: CALL, call: CALL, minutes: 15, price_minor: 2_700, currency: call.currency, state, until_ms: null, server_now_ms: call.server_now_ms };
}

/** The states that a sample has besides its own. */
export const statesOf = (sample) => STATES.filter(([of]) => of === sample).map(([, name, says, act, joined]) => ({ name, says, act, joined }));

const side = { id: "none", iceParameters: { usernameFragment: "none", password: "none" }, iceCandidates: [], dtlsParameters: { role: "auto", fingerprints: [] } };
const joining = (call) => ({ epoch: 1, peer: "peer-buyer", call, caps: { codecs: [], headerExtensions: [] }, send: side, recv: side, people: people(call).people, producers: [], ice_servers: [], chat: [], may_record: true });

/** Answers a page's socket as the server would in `state()`, and tells when all is said; of any other page it only holds it open. */
export function serveSocket(page, state, told) {
  return page.routeWebSocket(/\/ws$/, async (socket) => {
    const current = state();
    const config = await page.evaluate(() => document.querySelector("#room-config")?.textContent);
    if (!config) return;
    const { call } = JSON.parse(config).room;
    socket.onMessage((text) => {
      const { id, type } = JSON.parse(text);
      if (type !== "join" || !current?.joined) return;
      socket.send(JSON.stringify({ type: "reply", id, ok: joining(call) }));
      for (const message of current.joined) socket.send(JSON.stringify(message));
    });
    for (const message of [{ type: "hello", server_now_ms: call.server_now_ms }, ...(current?.says(call) ?? [])]) socket.send(JSON.stringify(message));
    told();
  });
}
