// Which microphone, speaker and ringer this browser uses, and the sounds that a telephone makes by itself.
import { cancel, later } from "../ui/clock.js";

const STORE = "callcard-phone-devices";
const RING_EVERY_MS = 3000;
const BACK_EVERY_MS = 5000;

/** The devices chosen in this browser ("": as the computer is set), and whether noise and echo are removed. */
export function devices() {
  return { microphone: "", speaker: "", ringer: "", clean: true, ...JSON.parse(localStorage.getItem(STORE) || "{}") };
}

export function chooseDevice(name, value) {
  localStorage.setItem(STORE, JSON.stringify({ ...devices(), [name]: value }));
}

/** The devices that there are, [{id, name}] by kind. Browsers tell their names only after the microphone was allowed. */
export async function deviceList() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind) => all.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default").map((each) => ({ id: each.deviceId, name: each.label }));
  const speakers = of("audiooutput");
  return { microphone: of("audioinput"), speaker: speakers, ringer: speakers };
}

/** What is in the way of the microphone: a key of the words. */
export class SoundProblem extends Error {
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

const PROBLEMS = { NotAllowedError: "mic-denied", SecurityError: "mic-denied", NotFoundError: "mic-none", NotReadableError: "mic-busy", AbortError: "mic-busy" };

/** The chosen microphone; when it is not there any more, the computer's usual one. Fails with a SoundProblem. */
export async function openMicrophone() {
  if (!navigator.mediaDevices) throw new SoundProblem("insecure");
  const { microphone, clean } = devices();
  const wanted = { echoCancellation: clean, noiseSuppression: clean, autoGainControl: clean };
  try {
    if (microphone) return await navigator.mediaDevices.getUserMedia({ audio: { ...wanted, deviceId: { exact: microphone } } });
  } catch (error) {
    if (error.name !== "OverconstrainedError" && error.name !== "NotFoundError") throw new SoundProblem(PROBLEMS[error.name] ?? "mic-failed");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: wanted });
  } catch (error) {
    throw new SoundProblem(PROBLEMS[error.name] ?? "mic-failed");
  }
}

/** Let `player`, an audio element or context, be heard on a device; on the usual one when that is gone. */
export async function playOn(player, device) {
  await player.setSinkId?.(device).catch(() => player.setSinkId("").catch(() => {}));
}

/** The bell for calls that come in, and the tone in the ear while the other side rings. */
export class Tones {
  constructor() {
    this.contexts = new Map();
    this.kind = "";
  }

  /** "bell", "back", "knock" for a call while one talks, or "" for silence. */
  play(kind) {
    if (kind === this.kind) return;
    this.stop();
    this.kind = kind;
    if (kind) this.again();
  }

  async once() {
    bell(await this.context("ringer"));
  }

  stop() {
    this.kind = "";
    cancel(this.next);
    for (const context of this.contexts.values()) context.suspend();
  }

  async again() {
    const { kind } = this;
    const context = await this.context(kind === "bell" ? "ringer" : "speaker");
    if (this.kind !== kind) return; // answered meanwhile
    if (kind === "bell") bell(context);
    else beep(context, [425], 0, kind === "knock" ? 0.2 : 1, 0.08);
    this.next = later(kind === "bell" ? RING_EVERY_MS : BACK_EVERY_MS, () => this.kind === kind && this.again());
  }

  /** One for each device: a context plays on one only. */
  async context(device) {
    const context = this.contexts.get(device) ?? new AudioContext();
    this.contexts.set(device, context);
    await playOn(context, devices()[device]);
    context.resume(); // never settles in a page that nobody has touched yet
    return context;
  }
}

function bell(context) {
  for (const start of [0, 0.5, 1]) beep(context, [784, 988], start, 0.34, 0.14);
}

/** Notes in quick turn, softly begun and ended. Seconds. */
function beep(context, pitches, start, length, volume) {
  const at = context.currentTime + start;
  const loud = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { frequency: pitches[0] });
  for (let step = 0; pitches.length > 1 && step * 0.06 < length; step++) tone.frequency.setValueAtTime(pitches[step % pitches.length], at + step * 0.06);
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(volume, at + 0.02);
  loud.gain.setValueAtTime(volume, at + length - 0.03);
  loud.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(loud).connect(context.destination);
  tone.start(at);
  tone.stop(at + length);
}
