// Which microphone, speaker and ringer: chosen in this browser, for all its tabs.
import { chooseDevice, deviceList, devices } from "./phone-sound.js";
import { element } from "./page-element.js";

export class DeviceChoice {
  /** `changed` is called after each choice. */
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.fields = new Map(["microphone", "speaker", "ringer"].map((name) => [name, this.field(name)]));
    this.clean = element("input", { type: "checkbox", className: "form-check-input", checked: devices().clean });
    this.clean.addEventListener("change", () => this.choose("clean", this.clean.checked));
    const labels = [...this.fields].map(([name, field]) => element("label", {}, words[name], field));
    this.place = element("div", { className: "phone-choice" }, ...labels, element("label", { className: "phone-clean" }, this.clean, words.clean));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.fill());
  }

  field(name) {
    const made = element("select", { className: "form-select", data: { device: name } });
    made.addEventListener("change", () => this.choose(name, made.value));
    return made;
  }

  choose(name, value) {
    chooseDevice(name, value);
    this.changed();
  }

  async fill() {
    const there = await deviceList();
    const chosen = devices();
    this.clean.checked = chosen.clean;
    for (const [name, field] of this.fields) fillSelect(field, there[name], chosen[name], this.words.usual);
  }
}

export function fillSelect(field, list, chosen, usual) {
  const options = list.map(({ id, name }) => element("option", { value: id, textContent: name || usual }));
  field.replaceChildren(element("option", { value: "", textContent: usual }), ...options);
  field.value = list.some(({ id }) => id === chosen) ? chosen : "";
  field.disabled = list.length === 0;
}
