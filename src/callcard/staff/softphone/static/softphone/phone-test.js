// <phone-test>: whether the microphone hears and the bell rings, and which devices they are.
import { fillSelect } from "./device-choice.js";
import { chooseDevice, deviceList, devices, openMicrophone, Tones } from "./phone-sound.js";

const LOOK_MS = 100;
const LOUD_ENOUGH = 0.02;
const TEST_MS = 15_000;

class PhoneTest extends HTMLElement {
  connectedCallback() {
    if (this.level) return;
    this.level = this.querySelector("meter");
    this.status = this.querySelector(".phone-test-words");
    this.tones = new Tones();
    this.addEventListener("click", ({ target }) => this.run(target.closest("[data-test]")?.dataset.test));
    this.addEventListener("change", ({ target }) => this.choose(target));
    this.querySelector("[data-clean]").checked = devices().clean;
    this.fill();
  }

  disconnectedCallback() {
    this.end();
  }

  async fill() {
    const there = await deviceList();
    for (const field of this.querySelectorAll("[data-device]")) fillSelect(field, there[field.dataset.device], devices()[field.dataset.device], this.dataset.wordUsual);
  }

  choose(field) {
    if (field.dataset.device) chooseDevice(field.dataset.device, field.value);
    else chooseDevice("clean", field.checked);
    document.querySelector("soft-phone")?.act({ do: "devices" });
    if (this.stream && field.dataset.device !== "ringer") this.listen();
  }

  run(what) {
    if (what === "ringer") this.tones.once();
    if (what === "microphone") this.listen();
  }

  async listen() {
    this.end();
    try {
      this.stream = await openMicrophone();
    } catch (error) {
      return this.say((error.problem ?? "mic-failed").replace("mic-", ""));
    }
    this.fill(); // their names are told from now on
    this.context = new AudioContext();
    this.hears = this.context.createAnalyser();
    this.context.createMediaStreamSource(this.stream).connect(this.hears);
    this.level.hidden = false;
    this.heard = false;
    this.until = Date.now() + TEST_MS;
    this.say("silent");
    this.looking = setInterval(() => this.look(), LOOK_MS);
    return undefined;
  }

  look() {
    const samples = new Float32Array(this.hears.fftSize);
    this.hears.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
    this.level.value = Math.min(1, loudness * 4);
    if (loudness > LOUD_ENOUGH && !this.heard) this.say("heard"), (this.heard = true);
    if (Date.now() > this.until) this.end();
  }

  end() {
    clearInterval(this.looking);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = this.context = null;
    this.level.hidden = true;
  }

  say(key) {
    this.status.textContent = this.dataset[`word${key[0].toUpperCase()}${key.slice(1)}`] ?? "";
  }
}

customElements.define("phone-test", PhoneTest);
