// The softphone itself, in the one tab that holds it: registered at the PBX, with all its calls.
import { later } from "../ui/clock.js";
import { notMade } from "./not-made.js";
import { PhoneCall } from "./phone-call.js";
import { devices, openMicrophone, playOn, SoundProblem, Tones } from "./phone-sound.js";

const AGAIN_MS = 30_000;
const COMMANDS_KEPT = 50;
const NUMBER = /^[A-Za-z0-9*#+._-]{1,32}$/;
const REFUSED = [401, 403, 404, 407];

export class PhoneLine {
  /** `tell(state)` whenever something changed, `say(key, call)` for words that go away by themselves; `call`, of whom. */
  constructor({ accountUrl, sipUrl, tell, say }) {
    Object.assign(this, { accountUrl, sipUrl, tell, say });
    this.calls = new Map();
    this.commands = [];
    this.tones = new Tones();
    this.state = "starting";
  }

  async start() {
    if (!isSecureContext || !navigator.mediaDevices) return this.changed("insecure");
    const account = await this.fetchAccount();
    if (!account) return undefined;
    this.account = account;
    const { default: sip } = await import(this.sipUrl);
    this.sip = sip;
    this.connect();
    return undefined;
  }

  async fetchAccount() {
    const response = await fetch(this.accountUrl, { method: "POST", headers: { "X-CSRFToken": document.body.dataset.csrf }, redirect: "manual", cache: "no-store" }).catch(() => null);
    if (response?.ok) return response.json();
    if (response?.status === 409) return void this.changed((await response.json()).problem);
    if (response && (response.type === "opaqueredirect" || response.status === 403)) return void this.changed("signed-out");
    this.changed("not-told");
    later(AGAIN_MS, () => this.start());
    return null;
  }

  connect() {
    const { account, sip } = this;
    this.changed("connecting");
    this.agent = new sip.UA({
      sockets: [new sip.WebSocketInterface(account.server)],
      uri: account.uri,
      authorization_user: account.user,
      password: account.secret,
      register_expires: 300,
      session_timers: false,
      user_agent: "Callcard",
      connection_recovery_min_interval: 2,
      connection_recovery_max_interval: 30,
    });
    delete account.secret;
    this.agent.on("connected", () => ((this.wasConnected = true), this.changed("connecting")));
    this.agent.on("disconnected", () => !this.isStopped && this.changed(this.wasConnected ? "lost" : "unreachable"));
    this.agent.on("registered", () => this.changed("ready"));
    this.agent.on("registrationFailed", ({ response }) => this.notRegistered(response));
    this.agent.on("newRTCSession", ({ originator, session, request }) => originator === "remote" && this.comesIn(session, request));
    this.agent.start();
  }

  /** Who was refused is not asked for again by itself: a PBX shuts out addresses that try a wrong secret over and over. */
  notRegistered(response) {
    if (REFUSED.includes(response?.status_code)) return this.changed("refused");
    this.changed("lost");
    later(AGAIN_MS, () => this.agent.isConnected() && !this.agent.isRegistered() && this.agent.register());
    return undefined;
  }

  /** The tab is going away. */
  stop() {
    this.isStopped = true;
    this.agent?.stop();
  }

  // -- what everybody is told ----------------------------------------------------------------------------------------

  changed(state = this.state) {
    this.state = state;
    const shown = [...this.calls.values()].map((call) => call.shown);
    const isBusy = shown.some((call) => call.state === "talking" && !call.isHeld);
    const rings = shown.some((call) => call.state === "ringing");
    const rungThere = [...this.calls.values()].some((call) => call.shown.state === "calling" && call.hasRung);
    this.tones.play(rings ? (isBusy ? "knock" : "bell") : rungThere ? "back" : "");
    this.tell({ state, calls: shown, extension: this.account?.extension ?? "", colleagues: this.account?.colleagues ?? [] });
  }

  forget(call) {
    this.calls.delete(call.id);
    this.changed();
  }

  // -- calls ---------------------------------------------------------------------------------------------------------

  comesIn(session, request) {
    const { uri, display_name: name } = session.remote_identity;
    const isWithheld = request.from.uri.user === "anonymous" || !uri.user;
    const call = new PhoneCall(this, { direction: "in", number: isWithheld ? "" : decodeURIComponent(uri.user), name: name ?? "" });
    this.calls.set(call.id, call);
    call.take(session);
    this.changed();
  }

  /** Ring `number`, and press the keys `then` when it is answered. The same `command` a second time rings nobody. */
  async dial({ number, command = "", then = "", asksFor = "" }) {
    if (command && this.commands.includes(command)) return;
    if (command) this.commands = [...this.commands, command].slice(-COMMANDS_KEPT);
    const plain = number.replace(/[\s()]/g, "");
    const placed = [...this.calls.values()].find(({ shown }) => shown.state === "calling");
    if (!NUMBER.test(plain)) return this.refuse(command, "not-a-number");
    if (this.state !== "ready") return this.refuse(command, "not-ready");
    if (placed) return this.refuse(command, "already-calling", placed.shown);
    this.holdOthers();
    const call = new PhoneCall(this, { direction: "out", number: plain, asksFor });
    call.keysThen = then.replace(/[^0-9A-D*#,]/gi, "");
    call.command = command;
    this.calls.set(call.id, call);
    this.changed();
    const microphone = await this.microphone();
    call.microphone = microphone;
    if (!microphone || !this.calls.has(call.id)) return notMade(command), call.over(); // given up meanwhile
    call.session = this.agent.call(plain, { eventHandlers: call.handlers(), mediaStream: microphone, ...this.options() });
    return undefined;
  }

  refuse(command, key, call) {
    notMade(command);
    this.say(key, call);
  }

  async answer(call) {
    if (call.isBeingAnswered) return undefined; // a double click
    call.isBeingAnswered = true;
    const microphone = await this.microphone();
    call.isBeingAnswered = Boolean(microphone);
    if (!microphone || !this.calls.has(call.id) || call.shown.state !== "ringing") return void microphone?.getTracks().forEach((track) => track.stop());
    this.holdOthers(call);
    call.answer(microphone, this.options());
    return undefined;
  }

  async microphone() {
    try {
      return await openMicrophone();
    } catch (error) {
      this.say(error instanceof SoundProblem ? error.problem : "mic-failed");
      return null;
    }
  }

  options() {
    return { pcConfig: { iceServers: this.account.ice }, rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false } };
  }

  holdOthers(but = null) {
    for (const call of this.calls.values()) if (call !== but && call.shown.state === "talking") call.hold(true);
  }

  // -- what a person, in whichever tab, asks for ---------------------------------------------------------------------

  async act({ do: what, id, ...more }) {
    const call = this.calls.get(id);
    if (what === "dial") return this.dial(more);
    if (what === "devices") return this.useDevices();
    if (!call) return undefined;
    if (what === "answer") return this.answer(call);
    if (what === "hangup") return call.hangUp();
    return call.shown.state === "talking" ? this.actInTalk(what, call, more) : undefined;
  }

  actInTalk(what, call, { to = "", key = "", then = "", command = "" }) {
    if (what === "hold") return call.hold(true);
    if (what === "unhold") return this.holdOthers(call), call.hold(false);
    if (what === "mute" || what === "unmute") return call.mute(what === "mute");
    if (what === "key") return call.press(key);
    if (what === "blind") return NUMBER.test(to) ? call.handOn(to, null, command) : this.refuse(command, "not-a-number");
    if (what === "ask") return this.dial({ number: to, then, command, asksFor: call.id });
    if (what === "complete") return this.complete(call);
    return undefined;
  }

  complete(asked) {
    const held = this.calls.get(asked.shown.asksFor);
    if (held) held.handOn(asked.session.remote_identity.uri.toString(), asked);
  }

  /** Other devices were chosen: at once, in the midst of a call too. */
  async useDevices() {
    for (const call of this.calls.values()) {
      playOn(call.audio, devices().speaker);
      const microphone = call.microphone && (await this.microphone());
      if (microphone) await call.useMicrophone(microphone);
    }
  }
}
