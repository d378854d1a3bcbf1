// A voice made softer where players don't do what pages say, as on iOS.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

const gains = [];
globalThis.MediaStream = class {
  constructor(tracks) {
    this.tracks = tracks;
  }
};
globalThis.addEventListener = () => {};
globalThis.AudioContext = class {
  destination = "speakers";
  resume() {}
  createMediaStreamSource({ tracks }) {
    return { connect: (to) => to, disconnect: () => (gains.find(({ of }) => of === tracks[0]).of = null), tracks };
  }
  createGain() {
    const gain = { gain: { value: 1 }, of: "voice", connect: () => {}, disconnect: () => {} };
    gains.push(gain);
    return gain;
  }
};
let obeys = false;
const player = () => {
  let volume = 1;
  return { muted: false, get volume() { return volume; }, set volume(to) { if (obeys) volume = to; } };
};
globalThis.document = { createElement: player };
const { SoftVoice } = await load("room/media/soft.ts");

test("a gain plays while the voice is soft, and the player when it isn't", () => {
  const video = player();
  const voice = new SoftVoice(video);
  voice.set("voice", 0.2);
  assert.deepEqual([video.muted, voice.plays, gains[0].gain.value], [true, true, 0.2]);
  voice.set("voice", 0.4);
  assert.deepEqual([gains.length, gains[0].gain.value], [1, 0.4]);
  voice.set("voice", 1);
  assert.deepEqual([video.muted, voice.plays, gains[0].of], [false, false, null]);
});

test("where players obey, nothing else plays", () => {
  obeys = true;
  const video = player();
  const voice = new SoftVoice(video);
  voice.set("voice", 0.2);
  assert.deepEqual([video.volume, video.muted, voice.plays], [0.2, false, false]);
});
