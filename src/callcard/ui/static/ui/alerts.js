// A call while the page is hidden: its name in the title, a ring, a notice of the computer.
import { later } from "./clock.js";
import { lead } from "./leader.js";
import { toast } from "./toast.js";

const BLINK_MS = 1000;
const RING_EVERY_MS = 3000;
const user = document.body.dataset.user;
const SHOWS = `callcard-visible-${user}`;

let ringing = []; // calls that ring now, newest last
let stack = new Map();

export function startAlerts() {
  document.addEventListener("calls:changed", ({ detail }) => changed(detail));
  document.addEventListener("visibilitychange", whenSeen);
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, unlock, { once: true, capture: true });
  lead(`callcard-notices-${user}`, () => (givesNotices = true));
  whenSeen();
}

function changed({ calls, entry, before }) {
  stack = calls;
  ringing = [...calls.values()].filter(({ state }) => state === "ringing");
  if (entry && !before && entry.state === "ringing") notify(entry);
  if (before && entry?.state !== "ringing") takeBack(before.call);
  if (!ringing.length) return;
  startBlinking();
  startRinging();
  if (document.hidden) missedWhileHidden = true;
}

// -- the title -------------------------------------------------------------------------------------------------------

let plainTitle = document.title;
let isBlinking = false;

/** The title when nobody rings. */
export function setTitle(title) {
  plainTitle = title;
  if (!isBlinking) document.title = title;
}

function startBlinking() {
  if (isBlinking || !document.hidden) return;
  isBlinking = true;
  blink(true);
}

function blink(on) {
  isBlinking = document.hidden && ringing.length > 0;
  document.title = isBlinking && on ? `☎ ${ringing.at(-1).title}` : plainTitle;
  if (isBlinking) later(BLINK_MS, () => blink(!on));
}

// -- the ring --------------------------------------------------------------------------------------------------------

let audio = null;
let isRinger = false; // of all tabs that may make a sound, one does
let rings = false;

/** A browser lets a page be heard only after somebody has touched it. */
function unlock() {
  if (audio || !("AudioContext" in window)) return;
  audio = new AudioContext();
  audio.resume();
  lead(`callcard-sound-${user}`, () => (isRinger = true));
}

function startRinging() {
  if (!rings && mayRing()) ringOn();
}

function mayRing() {
  const hasOwnBell = document.querySelector("soft-phone[data-rings]"); // one bell is enough
  return isRinger && ringing.length > 0 && document.hidden && !hasOwnBell && isOn("sound");
}

async function ringOn() {
  rings = mayRing();
  if (!rings) return;
  if (audio.state !== "running") audio.resume(); // it was begun by a touch that the browser did not count
  if (!(await isInView())) for (const start of [0, 0.55]) trill(audio.currentTime + start);
  later(RING_EVERY_MS, ringOn);
}

/** Two soft tones in quick turn, for four tenths of a second. */
function trill(at) {
  const loud = audio.createGain();
  const tone = audio.createOscillator();
  tone.type = "triangle";
  for (let step = 0; step < 8; step++) tone.frequency.setValueAtTime(step % 2 ? 660 : 523, at + step * 0.05);
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.16, at + 0.02);
  loud.gain.setValueAtTime(0.16, at + 0.34);
  loud.gain.linearRampToValueAtTime(0, at + 0.4);
  tone.connect(loud).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.42);
}

/** A reminder: two notes, and a notice of the computer when no page is in view. Of all tabs one makes each. */
export async function remindAloud({ key, title, body }) {
  if (isRinger && isOn("sound")) for (const [at, pitch] of [[0, 784], [0.18, 1047]]) note(audio.currentTime + at, pitch);
  if (!givesNotices || !isOn("notices") || (await isInView())) return;
  const notice = new Notification(title, { body, tag: `reminder-${key}`, silent: isOn("sound") });
  notice.onclick = () => (focus(), notice.close());
}

function note(at, pitch) {
  const loud = audio.createGain();
  const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch });
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.14, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  tone.connect(loud).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.62);
}

// -- notices of the computer -----------------------------------------------------------------------------------------

const notices = new Map();
let givesNotices = false;
let missedWhileHidden = false;
let release = null;

/** Every visible page holds a lock that others can see, so that no notice comes while one of them is in view. */
function whenSeen() {
  if (document.hidden) return void (release?.(), (release = null), startBlinking(), startRinging());
  if (navigator.locks && !release) navigator.locks.request(SHOWS, { mode: "shared" }, () => new Promise((done) => (release = done)));
  for (const call of [...notices.keys()]) takeBack(call);
  if (missedWhileHidden) askForNotices();
  return undefined;
}

/** Whether any page of this person can be seen, so that neither a notice nor a ring is needed. */
async function isInView() {
  if (!navigator.locks) return !document.hidden;
  const { held } = await navigator.locks.query();
  return held.some(({ name }) => name === SHOWS);
}

async function notify(entry) {
  // What is in view is asked first: for the permission the page waits on another process, while the next telephone may ring.
  if (!givesNotices || !document.hidden || !isOn("notices") || (await isInView()) || stack.get(entry.call)?.state !== "ringing") return;
  const notice = new Notification(entry.title, { body: entry.announce, tag: `call-${entry.call}`, requireInteraction: true, silent: isOn("sound") });
  notice.onclick = () => {
    focus();
    document.querySelector("popup-stack").unfold(entry.call);
    takeBack(entry.call);
  };
  notices.set(entry.call, notice);
}

function takeBack(call) {
  notices.get(call)?.close();
  notices.delete(call);
}

/** Asked once, at the moment when the use of it is plain: somebody comes back to a page that hid a call. */
function askForNotices() {
  missedWhileHidden = false;
  if (!("Notification" in window) || Notification.permission !== "default" || localStorage.getItem("callcard-notices-asked")) return;
  localStorage.setItem("callcard-notices-asked", "yes");
  const words = document.getElementById("toast").dataset;
  toast(words.askNotices, [[words.yes, () => switchOn("notices", true)], [words.no, () => {}]]);
}

// -- switches in the user menu ---------------------------------------------------------------------------------------

/** Sound is on until switched off; notices need the browser's leave as well. */
export function isOn(name) {
  if (name === "notices" && (!("Notification" in window) || Notification.permission !== "granted")) return false;
  return localStorage.getItem(`callcard-${name}`) !== "off";
}

/** Returns whether it is on afterwards: the browser may refuse notices. */
export async function switchOn(name, on) {
  localStorage.setItem(`callcard-${name}`, on ? "on" : "off");
  if (name === "notices" && on && "Notification" in window) await Notification.requestPermission();
  return isOn(name);
}
