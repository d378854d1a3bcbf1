// As much of TURN (RFC 8656) as asking for an allocation takes.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

const MAGIC = Buffer.from("2112a442", "hex");
const ALLOCATE = 0x0003;
const ALLOCATED = 0x0103;
const USERNAME = 0x0006;
const INTEGRITY = 0x0008;
const ERROR = 0x0009;
const REALM = 0x0014;
const NONCE = 0x0015;
const TRANSPORT = 0x0019;
const UDP = Buffer.from([17, 0, 0, 0]);

/** Asks the relay at a port of 127.0.0.1; 200 if it allocates, or the error's number. */
export async function allocate(port, user, password) {
  const socket = createSocket("udp4");
  const ask = (request) =>
    new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error("the relay doesn't answer")), 5_000);
      socket.once("message", (answer) => (clearTimeout(timer), done(read(answer))));
      socket.send(request, port, "127.0.0.1");
    });
  try {
    // The first is always refused, with what the second needs.
    const { attributes } = await ask(message([[TRANSPORT, UDP]]));
    const [realm, nonce] = [attributes.get(REALM), attributes.get(NONCE)];
    const key = createHash("md5").update(`${user}:${realm}:${password}`).digest();
    const { type, attributes: answered } = await ask(
      message([[TRANSPORT, UDP], [USERNAME, Buffer.from(user)], [REALM, realm], [NONCE, nonce]], key),
    );
    if (type === ALLOCATED) return 200;
    const error = answered.get(ERROR);
    return error[2] * 100 + error[3];
  } finally {
    socket.close();
  }
}

function message(attributes, key) {
  const body = Buffer.concat(attributes.map(([type, value]) => attribute(type, value)));
  const header = (length) => {
    const start = Buffer.alloc(4);
    start.writeUInt16BE(ALLOCATE, 0);
    start.writeUInt16BE(length, 2);
    return Buffer.concat([start, MAGIC, transaction]);
  };
  const transaction = randomBytes(12);
  if (!key) return Buffer.concat([header(body.length), body]);
  // The length that is signed counts the signature in.
  const signed = Buffer.concat([header(body.length + 24), body]);
  return Buffer.concat([signed, attribute(INTEGRITY, createHmac("sha1", key).update(signed).digest())]);
}

function attribute(type, value) {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function read(answer) {
  const attributes = new Map();
  for (let at = 20; at + 4 <= answer.length; ) {
    const length = answer.readUInt16BE(at + 2);
    attributes.set(answer.readUInt16BE(at), answer.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { type: answer.readUInt16BE(0), attributes };
}
