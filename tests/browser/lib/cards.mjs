// Cards' numbers, and every shape in which one could have got somewhere.

/** Numbers of no bank that pass the usual check, each unlike the others. */
export function cardNumber(nth) {
  const body = `4${String((BigInt(nth + 1) * 7_919_513_737_211n) % 100_000_000_000_000n).padStart(14, "0")}`;
  const sum = [...body].reduce((all, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

/** In groups of four, as it stands on a card. */
export const grouped = (number, by = " ") => number.match(/.{4}/g).join(by);

/** Base 64 of a text wherever in a longer one it begins, without the letters that its neighbours have a part in. */
function inBase64(text) {
  return [0, 1, 2].map((before) => {
    const letters = Buffer.from("\0".repeat(before) + text).toString("base64").replace(/=+$/, "");
    const whole = Math.floor(((before + text.length) * 8) / 6);
    return letters.slice(Math.ceil((before * 8) / 6), whole);
  });
}

/** What to look for: its last twelve digits with anything usual between them, and the same as bytes that are written otherwise. */
function shapes(number) {
  const last = number.slice(-12);
  const digits = new RegExp([...last].join("(?:[ +\\-\\u00a0]|%20|%2B|%2D|&nbsp;)?"), "i");
  const texts = [last, grouped(number).slice(-14), grouped(number, "-").slice(-14), grouped(number, "+").slice(-14)];
  const hex = texts.map((text) => Buffer.from(text).toString("hex"));
  const base64 = texts.flatMap(inBase64).flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
  return { digits, hex: [...new Set(hex)], base64: [...new Set(base64)] };
}

/** In which shapes a number stands in a text. */
export function traces(text, number) {
  const { digits, hex, base64 } = shapes(number);
  const lower = text.toLowerCase();
  return [
    ...(digits.test(text) ? ["digits"] : []),
    ...(hex.some((shape) => lower.includes(shape)) ? ["hex"] : []),
    ...(base64.some((shape) => text.includes(shape)) ? ["base64"] : []),
  ];
}

/** Keeps all that a context's pages send to the product and get from it, and apart from that what they send elsewhere. */
export function listen(context, port) {
  const heard = { ours: [], elsewhere: [] };
  const pending = new Set();
  const isOurs = (url) => Number(new URL(url).port) === port;
  const keep = (url, ...parts) => (isOurs(url) ? heard.ours : heard.elsewhere).push([url, ...parts].join("\n"));
  context.on("request", (request) => {
    keep(request.url(), request.method(), JSON.stringify(request.headers()), request.postDataBuffer()?.toString("latin1") ?? "");
  });
  context.on("response", (response) => {
    if (!isOurs(response.url())) return;
    // A page that leads on has no body, and one that was left has lost it.
    const body = response.body().then((bytes) => bytes.toString("latin1"), () => "");
    const kept = body.then((text) => keep(response.url(), response.status(), JSON.stringify(response.headers()), text));
    pending.add(kept);
    kept.finally(() => pending.delete(kept));
  });
  const sockets = (page) =>
    page.on("websocket", (socket) => {
      for (const frame of ["framesent", "framereceived"]) socket.on(frame, ({ payload }) => keep(socket.url().replace(/^ws/, "http"), payload));
    });
  context.pages().forEach(sockets);
  context.on("page", sockets);
  heard.settled = () => Promise.all(pending);
  return heard;
}
