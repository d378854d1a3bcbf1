/** The choice of camera, microphone and speaker, and switches for sounds, wherever the template has them. */
import { h } from "./dom";
import { chosen, type Cleaner, cleans, type DeviceKind, deviceFor, listDevices, remember, setCleaner } from "./media/devices";
import type { LocalMedia } from "./media/local";
import type { MediaKind } from "./protocol";
import { chimes, setChime, type Chime } from "./sounds";
import type { Words } from "./words";

const INPUTS: { kind: MediaKind; device: DeviceKind }[] = [
  { kind: "audio", device: "microphone" },
  { kind: "video", device: "camera" },
];

export class DeviceMenu {
  constructor(
    private readonly words: Words,
    private readonly local: LocalMedia,
    private readonly speak: (deviceId: string) => unknown,
  ) {
    for (const select of this.#selects()) select.addEventListener("change", () => void this.#choose(select));
    this.#switches();
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

  /** `data-cleaner` for what the browser does to one's voice, `data-chime` for the page's sounds. */
  #switches(): void {
    for (const box of document.querySelectorAll<HTMLInputElement>("input[data-cleaner]")) {
      const cleaner = box.dataset["cleaner"] as Cleaner;
      box.checked = cleans(cleaner);
      box.addEventListener("change", () => {
        setCleaner(cleaner, box.checked);
        void this.local.reopen("audio");
      });
    }
    for (const box of document.querySelectorAll<HTMLInputElement>("input[data-chime]")) {
      const chime = box.dataset["chime"] as Chime;
      box.checked = chimes(chime);
      box.addEventListener("change", () => setChime(chime, box.checked));
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
      return void this.speak(select.value);
    }
    const kind: MediaKind = deviceFor("audio") === device ? "audio" : "video";
    await this.local.choose(kind, select.value);
  }
}
