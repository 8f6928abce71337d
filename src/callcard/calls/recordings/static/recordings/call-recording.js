// <call-recording>: a recording with its waveform. Nothing is fetched before somebody presses Play: each listening is written down.
import { press } from "../ui/press.js";
import { toast } from "../ui/toast.js";
import { decodedSound } from "./decoding.js";
import { drawWave, peaksIn, peaksOfSamples, peaksOfSound } from "./waveform.js";

const LARGEST_DECODED = 25_000_000; // bytes; of a larger file without a waveform a plain bar is shown
const [BROKEN, REFUSED] = [3, 4]; // MediaError.MEDIA_ERR_DECODE, MEDIA_ERR_SRC_NOT_SUPPORTED
let playing = null; // one at a time, whichever window it is in

const clock = (seconds) => {
  const whole = Math.floor(Number.isFinite(seconds) ? seconds : 0);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

/** What plays; `words` says what went wrong. Asking again for the sound of a player that is open is no second listening. */
class Sound {
  constructor(owner) {
    this.owner = owner;
    this.audio = new Audio();
    this.audio.preload = "metadata";
    for (const name of ["timeupdate", "play", "pause", "ended", "durationchange"]) this.audio.addEventListener(name, () => owner.show());
    this.audio.addEventListener("error", () => owner.complain(this.problem));
  }

  /** A kind that this browser plays is at fault by itself. */
  get problem() {
    const { code } = this.audio.error ?? {};
    const isKnown = Boolean(this.owner.dataset.kind && this.audio.canPlayType(this.owner.dataset.kind));
    if (code === BROKEN || (code === REFUSED && isKnown)) return "broken";
    return code === REFUSED ? "format" : "failed";
  }

  async open() {
    if (this.audio.src) return true;
    this.opening ??= press(this.owner.dataset.play, {});
    const { status, data } = await this.opening;
    this.opening = null;
    if (status !== 200) this.owner.complain("failed", data.words);
    else if (!this.audio.src) return this.take(data.sound);
    return status === 200;
  }

  /** What browsers do not play is made into what they do. */
  async take(address) {
    const kind = this.owner.dataset.decode;
    if (!kind) this.audio.src = address;
    else {
      this.taking ??= decodedSound(kind, address).catch(() => null);
      const made = await this.taking;
      this.taking = null;
      if (!made) return void this.owner.complain("failed");
      if (!this.audio.src) [this.audio.src, this.made] = [made.url, made.url];
      this.owner.draw?.(peaksOfSamples(made.samples));
    }
    return true;
  }

  async toggle() {
    if (!this.audio.paused) return this.audio.pause();
    if (!(await this.open()) || !this.owner.isConnected) return undefined;
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    return this.audio.play().catch(() => this.owner.show());
  }

  stop() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    if (this.made) URL.revokeObjectURL(this.made);
  }
}

class CallRecording extends HTMLElement {
  connectedCallback() {
    if (this.sound) return; // moved, such as to another tab
    this.button = this.querySelector("button");
    this.slider = this.querySelector("input");
    this.time = this.querySelector(".recording-time");
    this.words = this.querySelector(".recording-words");
    this.canvas = this.querySelector("canvas");
    this.peaks = peaksIn(this.dataset.peaks ?? "");
    this.sound = new Sound(this);
    this.button.addEventListener("click", () => this.play());
    this.slider?.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.slider?.addEventListener("keydown", (event) => this.leap(event));
    this.querySelector("select")?.addEventListener("change", ({ target }) => this.hasten(Number(target.value)));
    if (!this.canvas) return;
    this.sizes = new ResizeObserver(() => this.show());
    this.sizes.observe(this.canvas);
    this.light = new MutationObserver(() => this.show());
    this.light.observe(document.documentElement, { attributeFilter: ["data-bs-theme", "data-design"] });
    this.show();
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected || !this.sound) return;
      this.sound.stop();
      this.sizes?.disconnect();
      this.light?.disconnect();
      this.sound = null;
    });
  }

  /** Loading sets a player back to its usual speed: whoever chooses one before Play has chosen that. */
  hasten(speed) {
    this.sound.audio.playbackRate = this.sound.audio.defaultPlaybackRate = speed;
  }

  get seconds() {
    const { duration } = this.sound.audio;
    return Number.isFinite(duration) && duration > 0 ? duration : Number(this.dataset.seconds) || 0;
  }

  async play() {
    this.say("");
    await this.sound.toggle();
    if (this.canvas && !this.peaks.length && !this.dataset.decode && this.sound?.audio.src && Number(this.dataset.bytes) <= LARGEST_DECODED) this.listenWhole();
  }

  /** Of a kind of file that only the browser understands: it draws the waveform itself. */
  async listenWhole() {
    if (this.isRead) return;
    this.isRead = true;
    this.draw(await peaksOfSound(this.sound.audio.src));
  }

  draw(peaks) {
    this.peaks = peaks;
    if (this.sound) this.show();
  }

  async seek(at) {
    if (!(await this.sound.open())) return;
    this.sound.audio.currentTime = at;
    this.show();
  }

  /** Five seconds with an arrow, thirty with Page Up and Down; Space plays, as on the button. */
  leap(event) {
    const ahead = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const by = { [ahead]: 5, ArrowUp: 5, [back]: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 }[event.key];
    if (event.key === " ") this.play();
    else if (by) this.seek(Math.min(this.seconds, Math.max(0, Number(this.slider.value) + by)));
    else return;
    event.preventDefault();
  }

  show() {
    if (!this.sound) return;
    const { audio } = this.sound;
    const isPlaying = !audio.paused && !audio.ended;
    this.classList.toggle("is-playing", isPlaying);
    this.button.setAttribute("aria-label", isPlaying ? this.dataset.wordPause : this.dataset.wordPlay);
    if (!this.canvas) return;
    const { seconds } = this;
    const at = Math.min(audio.currentTime, seconds || audio.currentTime);
    this.slider.max = String(seconds || 1);
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", this.dataset.wordOf.replace("{at}", clock(at)).replace("{all}", clock(seconds)));
    this.time.textContent = seconds ? `${clock(at)} / ${clock(seconds)}` : clock(at);
    drawWave(this.canvas, this.peaks, seconds ? at / seconds : 0);
  }

  complain(what, words = "") {
    if (this.sound?.audio.getAttribute("src") !== null || words || what === "failed") this.say(words || this.dataset[{ format: "wordFormat", broken: "wordBroken" }[what] ?? "wordFailed"]);
    this.show();
  }

  say(words) {
    if (this.words) this.words.textContent = words;
    else if (words) toast(words);
  }
}

customElements.define("call-recording", CallRecording);
