// One call of the softphone: what its session tells, and what one can do with it.
import { inWords, QualityMeter } from "./call-quality.js";
import { cancel, later } from "../ui/clock.js";
import { askWho } from "./ask-who.js";
import { notMade } from "./not-made.js";
import { devices, playOn } from "./phone-sound.js";

const MEASURE_MS = 3000;
const KEYS_AFTER_MS = 1000; // whoever answers, mostly a machine, has to listen first
const GONE_AFTER_MS = 1000; // by then the server has heard of it from the telephone system
const PATHS_WITHIN_MS = 800; // a STUN server that does not answer must not hold the call up
const REASONS = { Busy: "busy", Rejected: "rejected", "Not Found": "not-found", "Address Incomplete": "not-found", Unavailable: "no-answer", "No Answer": "no-answer", "Request Timeout": "no-answer", "Bad Media Description": "no-sound", "Incompatible SDP": "no-sound", "WebRTC Error": "no-sound" };
const NOBODY_RUNG = ["not-allowed", "not-found", "no-sound", "failed"];
let count = 0;

export class PhoneCall {
  /** `line`: the PhoneLine; `asksFor`: the id of the held call about which this one asks. */
  constructor(line, { direction, number, name = "", asksFor = "" }) {
    this.line = line;
    this.shown = { id: `${Date.now().toString(36)}-${++count}`, direction, number, name, asksFor, state: direction === "in" ? "ringing" : "calling", isHeld: false, isMuted: false, since: Date.now(), quality: "" };
    this.audio = new Audio();
    this.audio.autoplay = true;
  }

  get id() {
    return this.shown.id;
  }

  /** What an incoming session, or the options of an outgoing one, report to. */
  handlers() {
    return {
      peerconnection: ({ peerconnection }) => this.connected(peerconnection),
      icecandidate: ({ ready }) => (this.paths ??= setTimeout(ready, PATHS_WITHIN_MS)),
      progress: ({ response }) => (this.hasRung = !response?.body) && this.line.changed(),
      accepted: () => this.change({ state: "talking", since: Date.now() }),
      confirmed: () => this.begun(),
      hold: ({ originator }) => originator === "local" && this.change({ isHeld: true }),
      unhold: ({ originator }) => originator === "local" && this.change({ isHeld: false }),
      ended: () => this.over(),
      failed: ({ originator, cause, message }) => this.over(originator === "local" ? "" : reasonOf(cause, message)),
    };
  }

  take(session) {
    this.session = session;
    for (const [event, run] of Object.entries(this.handlers())) session.on(event, run);
  }

  connected(connection) {
    this.connection = connection;
    connection.addEventListener("track", ({ streams, track }) => {
      this.audio.srcObject = streams[0] ?? new MediaStream([track]);
      playOn(this.audio, devices().speaker);
      this.audio.play().catch(() => {});
    });
  }

  change(what) {
    Object.assign(this.shown, what);
    this.line.changed();
  }

  begun() {
    this.watchQuality();
    if (this.keysThen) later(KEYS_AFTER_MS, () => this.line.calls.has(this.id) && this.press(this.keysThen));
  }

  watchQuality() {
    const meter = new QualityMeter(this.connection);
    const look = async () => {
      const figures = await meter.measure().catch(() => null);
      if (!this.line.calls.has(this.id)) return;
      const quality = figures && !this.shown.isHeld ? inWords(figures) : "";
      if (quality !== this.shown.quality) this.change({ quality });
      this.measuring = later(MEASURE_MS, look);
    };
    this.measuring = later(MEASURE_MS, look);
  }

  over(reason = "") {
    cancel(this.measuring);
    clearTimeout(this.paths);
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.audio.srcObject = null;
    if (this.isHandedOn) this.line.say("transferred");
    else if (reason && this.shown.state === "calling") this.cameToNothing(reason);
    this.line.forget(this);
  }

  /** Whoever was rung was called, and so was who is in the log: the server looks. */
  cameToNothing(reason) {
    if (NOBODY_RUNG.includes(reason) && !this.hasRung) notMade(this.command);
    this.line.say(reason, this.shown);
  }

  // -- what one can do -----------------------------------------------------------------------------------------------

  answer(microphone, options) {
    this.microphone = microphone;
    this.session.answer({ mediaStream: microphone, ...options });
  }

  hangUp() {
    if (!this.session || this.session.isEnded()) return this.over();
    const isRinging = this.shown.state === "ringing";
    this.session.terminate(isRinging ? { status_code: 486, reason_phrase: "Busy Here" } : {});
    return undefined;
  }

  hold(on) {
    if (on !== this.shown.isHeld) on ? this.session.hold() : this.session.unhold();
  }

  mute(on) {
    on ? this.session.mute({ audio: true }) : this.session.unmute({ audio: true });
    this.change({ isMuted: on });
  }

  press(key) {
    const sender = this.connection?.getSenders().find(({ dtmf }) => dtmf?.canInsertDTMF);
    // As part of the sound (RFC 4733) where it was agreed, else in a message of its own (INFO).
    this.session.sendDTMF(key, { transportType: sender ? "RFC2833" : "INFO", duration: 160, interToneGap: 80 });
  }

  /** Hand it on: blindly, or to the one whom `asked`, another PhoneCall, talks with. */
  handOn(to, asked = null, command = "") {
    this.isHandedOn = true;
    const before = this.written();
    const failed = (words) => {
      this.isHandedOn = false;
      notMade(command);
      this.line.say(words, this.shown);
    };
    const accepted = () => {
      for (const call of [this, asked]) if (call && !call.session.isEnded()) call.session.terminate();
    };
    // Not taken by the telephone system, or taken, and then nobody took the call: it may be over by then, without a word.
    const requestFailed = () => failed("not-transferred");
    const notTaken = async () => {
      const isGone = await this.isGone(await before);
      failed(isGone ? "transfer-lost" : "not-transferred");
      if (isGone && !this.session.isEnded()) this.session.terminate();
    };
    this.session.refer(to, { eventHandlers: { requestFailed, failed: notTaken, accepted }, ...(asked ? { replaces: asked.session } : {}) });
  }

  /** The number of the call in the log in which this telephone talks; null where the server knows of none. */
  async written() {
    const only = this.line.calls.size === 1 ? "&only" : "";
    const told = await askWho(this.shown.number, only).catch(() => null);
    return told?.call ?? null;
  }

  /** Whether the telephone system has let go of us: no sound comes any more, and the call that was in the log is over. */
  async isGone(before) {
    const heard = await this.packets();
    await new Promise((done) => later(GONE_AFTER_MS, done));
    return Boolean(before) && (await this.packets()) === heard && (await this.written()) === null;
  }

  async packets() {
    const report = [...((await this.connection?.getStats()) ?? new Map()).values()];
    return report.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")?.packetsReceived ?? 0;
  }

  async useMicrophone(microphone) {
    const [track] = microphone.getAudioTracks();
    track.enabled = !this.shown.isMuted && !this.shown.isHeld;
    await this.connection?.getSenders().find((sender) => sender.track?.kind === "audio")?.replaceTrack(track);
    this.microphone?.getTracks().forEach((old) => old.stop());
    this.microphone = microphone;
  }
}

function reasonOf(cause, message) {
  if (message?.status_code === 403) return "not-allowed";
  return REASONS[cause] ?? "failed";
}
