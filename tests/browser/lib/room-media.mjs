// What a call's room gets of media where there is neither a media node nor a camera: what the node would answer, so
// that the browser's own connection makes tracks of it, and stand-ins for what would come over it.

const feedback = { rtcpFeedback: [] };
const VP8 = { mimeType: "video/VP8", clockRate: 90_000, parameters: {}, ...feedback };
const OPUS = { mimeType: "audio/opus", clockRate: 48_000, channels: 2, parameters: {}, ...feedback };
const CODECS = { video: { ...VP8, payloadType: 101 }, audio: { ...OPUS, payloadType: 100 } };

/** What the node can do. */
export const caps = {
  codecs: [
    { ...VP8, kind: "video", preferredPayloadType: 101 },
    { ...OPUS, kind: "audio", preferredPayloadType: 100 },
  ],
  headerExtensions: [],
};

/** The node's end of a transport: well-formed, and nobody is there. */
export const transport = (id) => ({
  id,
  iceParameters: { usernameFragment: "nobody", password: "nobody-nobody-nobody-nobody", iceLite: true },
  iceCandidates: [],
  dtlsParameters: { role: "auto", fingerprints: [{ algorithm: "sha-256", value: Array(32).fill("00").join(":") }] },
});

const kindOf = (source) => (source === "microphone" ? "audio" : "video");

/** What somebody sends. */
export const producer = (peer, source, more) => {
  return { producer: source, peer, kind: kindOf(source), source, paused: false, ...more };
};

const consumer = (source, at) => {
  const kind = kindOf(source);
  const rtpParameters = {
    mid: String(at),
    codecs: [CODECS[kind]],
    headerExtensions: [],
    encodings: [{ ssrc: 1_000 + at }],
    rtcp: { cname: "node" },
  };
  return { id: source, producerId: source, kind, rtpParameters };
};

/** What the node answers to a request; to most it has nothing to say. */
export function nodeAnswers({ type, producers, source }) {
  if (type === "consume") return { consumers: producers.map(consumer) };
  return type === "produce" ? { producer: source } : null;
}

/** In the page: what comes over the line is a picture, of the other's face or of their screen. */
export function picturesCome(of) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1280, 720];
  const pen = canvas.getContext("2d");
  const face = new Image();
  face.src = JSON.parse(document.querySelector("#room-config").textContent).room.other_photo ?? "";
  const box = (colour, ...place) => {
    pen.fillStyle = colour;
    pen.fillRect(...place);
  };
  const draw = () => {
    box(of === "screen" ? "#f4f4f2" : "#cfd6d4", 0, 0, 1280, 720);
    if (of === "face" && face.complete && face.naturalWidth > 0) pen.drawImage(face, 352, 0, 576, 720);
    if (of !== "screen") return;
    box("#3b4a5a", 0, 0, 1280, 56);
    box("#2f3b48", 96, 112, 520, 34);
    for (let row = 0; row < 13; row++) box("#b9c0c7", 96, 190 + row * 38, row % 4 === 3 ? 620 : 1_040, 16);
  };
  // A track has a picture whenever something is drawn anew.
  setInterval(draw, 100);
  const [picture] = canvas.captureStream().getTracks();
  const real = Object.getOwnPropertyDescriptor(RTCRtpReceiver.prototype, "track").get;
  Object.defineProperty(RTCRtpReceiver.prototype, "track", {
    get() {
      const track = real.call(this);
      return track.kind === "video" ? picture : track;
    },
  });
  navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([picture.clone()]);
}

/** In the page: the browser plays no sound before somebody has tapped. */
export function playsNoSound() {
  const real = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    return this.muted ? real.call(this) : Promise.reject(new DOMException("", "NotAllowedError"));
  };
}

/** In the page: why neither camera nor microphone can be had from now on, by the browser's name for it. */
export function devicesFail(name) {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
}

/** In the page: there is a camera, until it is unplugged. */
export function cameraComes() {
  const [track] = document.createElement("canvas").captureStream().getTracks();
  navigator.mediaDevices.getUserMedia = async () => new MediaStream([track]);
  window.unplugCamera = () => track.dispatchEvent(new Event("ended"));
}

/** In the page: time goes by this much faster for whoever counts it. */
export function timeFlies(times) {
  const real = performance.now.bind(performance);
  const from = real();
  performance.now = () => from + (real() - from) * times;
}
