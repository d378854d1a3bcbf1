// What is in a film: its streams, and what is seen and heard at a moment.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { json } from "./steps.mjs";

const run = promisify(execFile);

/** Waits until a call's one film is made, saves it as a person of the call would, and gives its address. */
export async function filmOf(page, call, path) {
  for (const patience = Date.now() + 90_000; ; await pause(500)) {
    const [{ state, url }] = (await json(page, `/api/v1/calls/${call}/recordings`)).items;
    if (state === "ready") {
      const film = await page.evaluate(async (address) => {
        const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
        return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
      }, url);
      writeFileSync(path, Buffer.from(film, "base64"));
      return url;
    }
    assert.ok(Date.now() < patience, `the film is still ${state}`);
  }
}

/** Streams and format, as ffprobe tells them. */
export async function probed(path) {
  const { stdout } = await run("ffprobe", ["-v", "error", "-show_streams", "-show_format", "-of", "json", path]);
  return JSON.parse(stdout);
}

/** What one side of two shows at a second, as a number that differs when the picture does. */
export function frame(path, second, side) {
  return look(path, second, `crop=iw/2:ih:${side === 0 ? "0" : "iw/2"}:0`);
}

/** What a part of the picture (ffmpeg's `crop`) shows at a second, as a number that differs when the picture does. */
export async function look(path, second, crop) {
  const pixels = await picture(path, second, `${crop},scale=64:36`, "gray");
  return createHash("sha256").update(pixels).digest("hex");
}

/** Which of red, green and blue a part of the picture shows at a second; `dark` where it shows nothing. */
export async function colour(path, second, crop) {
  const [red, green, blue] = await picture(path, second, `${crop},scale=1:1:flags=area`, "rgb24");
  const shown = { red, green, blue };
  const [[name, most], [, next]] = Object.entries(shown).sort(([, one], [, other]) => other - one);
  if (most < 60) return "dark";
  return most - next > 50 ? name : `a mixture: ${JSON.stringify(shown)}`;
}

/** How loud a tone of so many hertz is at its loudest from one second to another, in decibels. */
export async function loudness(path, from, until, hertz) {
  const heard = `bandpass=f=${hertz}:width_type=q:w=20,bandpass=f=${hertz}:width_type=q:w=20,volumedetect`;
  const span = ["-ss", String(from), "-t", String(until - from)];
  const { stderr } = await run("ffmpeg", ["-hide_banner", "-nostats", ...span, "-i", path, "-vn", "-af", heard, "-f", "null", "-"]);
  return Number(stderr.match(/max_volume: (\S+) dB/)?.[1] ?? -Infinity);
}

async function picture(path, second, filter, format) {
  const args = ["-v", "error", "-ss", String(second), "-i", path, "-frames:v", "1", "-vf", filter, "-f", "rawvideo", "-pix_fmt", format, "-"];
  const { stdout } = await run("ffmpeg", args, { encoding: "buffer" });
  assert.ok(stdout.length > 0, `no picture at ${second} s`);
  return stdout;
}
