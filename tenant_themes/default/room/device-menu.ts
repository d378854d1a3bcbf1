/** The select boxes for camera, microphone and speaker, wherever the template has them. */
import { h } from "./dom";
import { chosen, type DeviceKind, deviceFor, listDevices, remember } from "./media/devices";
import type { LocalMedia } from "./media/local";
import type { RemoteMedia } from "./media/remote";
import type { MediaKind } from "./protocol";
import type { Words } from "./words";

const INPUTS: { kind: MediaKind; device: DeviceKind }[] = [
  { kind: "audio", device: "microphone" },
  { kind: "video", device: "camera" },
];

export class DeviceMenu {
  constructor(
    private readonly words: Words,
    private readonly local: LocalMedia,
    private readonly remote: RemoteMedia,
  ) {
    for (const select of this.#selects()) select.addEventListener("change", () => void this.#choose(select));
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.refresh());
    local.on("change", () => void this.refresh());
  }

  /** Lists what is plugged in now. */
  async refresh(): Promise<void> {
    const devices = await listDevices();
    for (const select of this.#selects()) {
      const kind = select.dataset["device"] as DeviceKind;
      const options = devices[kind].map((device, index) => {
        const name = this.words.say("devices.unnamed", { kind: this.words.say(`devices.${kind}`), count: index + 1 });
        return h("option", { value: device.deviceId }, device.label || name);
      });
      if (options.length === 0) options.push(h("option", { value: "" }, this.words.say(`devices.none_${kind}`)));
      select.replaceChildren(...options);
      select.disabled = devices[kind].length === 0;
      select.value = this.#current(kind) || (options[0]?.value ?? "");
    }
  }

  #selects(): NodeListOf<HTMLSelectElement> {
    return document.querySelectorAll<HTMLSelectElement>("select[data-device]");
  }

  #current(device: DeviceKind): string {
    const input = INPUTS.find((entry) => entry.device === device);
    const open = input && this.local[input.kind].track?.getSettings().deviceId;
    return open ?? chosen(device);
  }

  async #choose(select: HTMLSelectElement): Promise<void> {
    const device = select.dataset["device"] as DeviceKind;
    if (device === "speaker") {
      remember("speaker", select.value);
      return this.remote.speak(select.value);
    }
    const kind: MediaKind = deviceFor("audio") === device ? "audio" : "video";
    await this.local.choose(kind, select.value);
  }
}
