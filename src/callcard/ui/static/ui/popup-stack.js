// <popup-stack>: the calls on the screen. One card is open, the others are a line each.
// Only what changes is touched, by one insertion: the time from the telephone's ring to the paint is what counts here.
import { every } from "./clock.js";
import { PopupActions } from "./popup-actions.js";
import { PopupEndings, endedAt, isStale } from "./popup-endings.js";
import { PopupFinishing } from "./popup-finishing.js";
import { PopupLines } from "./popup-lines.js";
import { PopupMore } from "./popup-more.js";
import { PopupShown } from "./popup-shown.js";
import { post } from "./post.js";
import { toast } from "./toast.js";

const SMALL = matchMedia("(max-width: 899px)"); // as in popup.css: a card lies over the window, not beside it
const SAID_FOR_MS = 10_000;
const SAID_AT_MOST = 10;

class PopupStack extends HTMLElement {
  connectedCallback() {
    this.calls = new Map(); // call id -> {call, state, html, line, title, endedAt}, oldest first
    this.openCall = null;
    this.pinned = false; // the open card was chosen by hand
    this.hovered = false;
    this.clockOff = 0; // this computer's clock minus the server's, ms
    this.waiting = null; // events that came while the whole stack is being fetched
    this.card = this.querySelector(".popup-open");
    this.lines = new PopupLines(this.querySelector(".popup-lines"), (call) => this.lineHtml(call), () => this.drawn());
    this.more = new PopupMore(this.lines, this.querySelector(".popup-more"));
    this.unclosed = new Set(); // calls whose closing has not reached the server yet
    this.announcer = document.getElementById("announcer");
    this.addEventListener("pointerenter", (event) => (this.hovered = event.pointerType === "mouse"));
    this.addEventListener("pointerleave", () => (this.hovered = false));
    this.listen();
    this.actions = new PopupActions(this);
    this.endings = new PopupEndings(this);
    this.shown = new PopupShown(this);
    this.finishing = new PopupFinishing(this);
    every(1000, () => this.showTimers());
    this.refill().then(() => document.dispatchEvent(new CustomEvent("calls:filled")));
  }

  listen() {
    this.on("popup", (event) => this.show(event));
    this.on("popup-closed", ({ call }) => this.drop(call));
    this.on("popup-noted", ({ call, html }) => this.renew(call, html));
    this.on("line", (state) => state === "heard" && this.closeWhatWaits());
    this.on("resync", () => this.refill());
    this.on("line", (state) => state === "signed-out" && this.clear());
  }

  on(kind, run) {
    document.addEventListener(`live:${kind}`, ({ detail }) => (this.waiting ? this.waiting.push([run, detail]) : run(detail)));
  }

  /** The whole stack anew from the server: at the start, and when the stream cannot replay. */
  async refill() {
    this.waiting = [];
    try {
      const response = await fetch(this.line.dataset.popups);
      if (response.ok) this.replaceAll(await response.json());
    } catch {
      // The live line notices the same, and asks again when it is back.
    }
    const missed = this.waiting;
    this.waiting = null;
    for (const [run, detail] of missed) run(detail);
  }

  replaceAll({ since, popups }) {
    this.line?.goOnFrom(since);
    const kept = new Set(popups.map(({ call }) => call));
    for (const call of [...this.calls.keys()]) if (!kept.has(call)) this.drop(call);
    const shown = popups.filter((popup) => !isStale(popup)).reverse(); // they come newest first
    const isOver = (popup) => endedAt(popup) !== undefined;
    for (const popup of [...shown.filter(isOver), ...shown.filter((each) => !isOver(each))]) this.show(popup);
  }

  /** Nobody tells how these calls go on, and whoever sits here may not be the one who signed in. */
  clear() {
    for (const call of [...this.calls.keys()]) this.drop(call);
  }

  /** Insert the call, or replace what is shown of it. */
  show(event) {
    if (this.unclosed.has(event.call)) return;
    const before = this.calls.get(event.call);
    const entry = { ...before, ...event };
    if (event.received_ms) this.clockOff = Date.now() - event.received_ms - (event.server_ms ?? 0);
    entry.endedAt = endedAt(event, before);
    if (before?.state !== event.state) entry.isNews = true;
    this.calls.set(event.call, entry);
    if (this.openCall === event.call) this.replaceCard(entry);
    else if (this.mayOpen(entry, before)) this.open(entry);
    else this.lines.change(event.call, !before); // who calls is told at once, open or folded
    this.showTimers(this.card);
    this.settle(entry, before);
  }

  settle(entry, before) {
    this.lines.soon(() => {
      this.endings.trim();
      if (entry.announce && before?.announce !== entry.announce) this.announce(entry.announce);
      this.tellChanged({ entry, before });
    });
    if (before) return;
    this.lines.afterCard();
    this.shown.soon(entry.call);
  }

  tellChanged(what) {
    document.dispatchEvent(new CustomEvent("calls:changed", { detail: { calls: this.calls, ...what } }));
  }

  /** Lines were: last of all, because it has the page laid out. */
  drawn() {
    this.showTimers();
    const unseen = this.more.count();
    this.finishing.fit();
    this.more.tell(unseen);
  }

  /** What was said goes once there is quiet: each removal is a frame of the page, for which the next card waits. */
  announce(text) {
    this.announcer.append(Object.assign(document.createElement("p"), { textContent: text }));
    if (this.announcer.childElementCount > SAID_AT_MOST) this.announcer.firstElementChild.remove();
    clearTimeout(this.clearing);
    this.clearing = setTimeout(() => this.announcer.replaceChildren(), SAID_FOR_MS);
  }

  get line() {
    return document.querySelector("live-line");
  }

  // -- which card is open --------------------------------------------------------------------------------------------

  /** A new call, or one that was just taken up, opens, unless somebody is busy with the card that is open. */
  mayOpen(entry, before) {
    if (before?.isFolded || this.isTypingBelow()) return false;
    if (this.openCall === null) return !before || entry.endedAt === undefined;
    const isOver = this.calls.get(this.openCall)?.endedAt !== undefined;
    const isNew = !before && (entry.state === "ringing" || isOver);
    const isTaken = before?.state === "ringing" && entry.state === "talking";
    return (isNew || isTaken) && !this.isBusy();
  }

  /** On a small screen the card would lie over the field in which somebody types. */
  isTypingBelow() {
    return SMALL.matches && Boolean(document.activeElement?.matches(".window :is(input, textarea, select, [contenteditable])"));
  }

  isBusy() {
    const open = this.calls.get(this.openCall);
    if (open?.endedAt !== undefined) return this.hasText(); // mouse and focus that merely rest on what is over hold nothing up
    if (this.card.contains(document.activeElement)) return true;
    return this.hovered || this.pinned || open?.state === "talking";
  }

  open(entry) {
    const folded = this.calls.get(this.openCall);
    const hadFocus = this.card.contains(document.activeElement);
    if (folded) this.keepTyped(folded);
    this.openCall = entry.call;
    entry.isFolded = false;
    this.openedAt = performance.now();
    this.lines.soon(() => this.finishing.finish());
    this.pinned = false;
    this.lines.of(entry.call)?.remove();
    this.card.innerHTML = entry.html;
    this.restoreTyped(entry);
    if (hadFocus) this.passFocusToCard();
    if (folded) this.lines.change(folded.call);
  }

  /** From the card that was there before, on which keys may still be on their way. */
  passFocusToCard() {
    this.card.firstElementChild.focus({ preventScroll: true });
    this.focusPassedAt = performance.now();
  }

  /** Of a call that is here, unless it is the open one. */
  lineHtml(call) {
    return call === this.openCall ? undefined : this.calls.get(call)?.line;
  }

  /** Another tab of this person changed the card. One that is gone here stays gone. */
  renew(call, html) {
    const entry = this.calls.get(call);
    if (!entry || entry.html === html) return;
    entry.html = html;
    if (this.openCall !== call) return;
    this.replaceCard(entry);
    this.showTimers();
  }

  /** New contents of the open card; what somebody is typing in it, and where, stays. */
  replaceCard(entry) {
    const focused = this.card.contains(document.activeElement) ? document.activeElement : null;
    const [start, end] = [focused?.selectionStart, focused?.selectionEnd];
    this.keepTyped(entry);
    this.card.innerHTML = entry.html;
    this.finishing.finish();
    this.restoreTyped(entry);
    if (!focused) return;
    const again = this.sameIn(focused);
    (again || this.card.firstElementChild)?.focus({ preventScroll: true });
    if (again?.name) again.setSelectionRange?.(start, end);
  }

  /** The counterpart of a field or button of the card that was there before. */
  sameIn({ name, dataset }) {
    if (name) return this.card.querySelector(`[name="${name}"]`);
    const customer = dataset.customer ? `[data-customer="${dataset.customer}"]` : "";
    return dataset.do ? this.card.querySelector(`[data-do="${dataset.do}"]${customer}`) : null;
  }

  /** What is typed in the open card and not saved, and what was found by it, stays with the call when its card goes. */
  keepTyped(entry) {
    const fields = [...this.card.querySelectorAll("textarea, input")].filter((field) => field.value !== field.defaultValue);
    entry.typed = new Map(fields.map(({ name, value }) => [name, value]));
    entry.found = entry.typed.has("q") ? this.card.querySelector("[data-found]") : null;
  }

  restoreTyped({ typed, found }) {
    for (const [name, value] of typed ?? []) {
      const same = this.card.querySelector(`[name="${name}"]`);
      if (same) same.value = value;
    }
    const list = found && this.card.querySelector("[data-found]");
    if (!list) return;
    list.replaceWith(found);
    this.card.querySelector("[data-find]").setAttribute("aria-expanded", String(found.childElementCount > 0));
  }

  unfold(call) {
    const entry = this.calls.get(call);
    if (!entry) return;
    this.open(entry);
    this.pinned = true;
    this.showTimers();
    this.focusCard();
  }

  /** The newest call, those that go on first, without taking the focus. */
  openNewest() {
    const all = [...this.calls.values()].reverse();
    this.open(all.find(({ endedAt: at }) => at === undefined) ?? all[0]);
    this.pinned = true;
    this.showTimers();
  }

  /** It stays folded, whatever becomes of the call, until somebody unfolds it. */
  fold() {
    const entry = this.calls.get(this.openCall);
    const hadFocus = this.card.contains(document.activeElement);
    if (entry) this.keepTyped(entry);
    this.card.replaceChildren();
    this.openCall = null;
    this.pinned = false;
    if (entry) {
      entry.isFolded = true;
      this.lines.change(entry.call, true);
    }
    if (hadFocus) this.lines.of(entry.call)?.querySelector("button").focus();
    this.tellChanged({ entry, before: entry });
    this.showTimers();
  }

  focusCard() {
    (this.card.firstElementChild ?? this.lines.list.querySelector("button"))?.focus();
  }

  // -- going away ----------------------------------------------------------------------------------------------------

  /** Closed by hand: here and in every other tab. */
  close(call) {
    this.line?.tell("popup-closed", { call });
    this.tellClosed(call).catch(() => toast(this.dataset.wordCloseLater));
  }

  async tellClosed(call) {
    this.unclosed.add(call);
    const unfinished = await post(`/desk/popups/${call}/close`);
    this.unclosed.delete(call);
    if (unfinished) document.dispatchEvent(new CustomEvent("call:unfinished", { detail: unfinished }));
  }

  closeWhatWaits() {
    for (const call of this.unclosed) this.tellClosed(call).catch(() => {}); // the line is lost again, and will come again
  }

  drop(call) {
    const entry = this.calls.get(call);
    if (!entry) return;
    const hadFocus = this.contains(document.activeElement);
    if (this.openCall === call) this.keepTyped(entry);
    const note = entry.typed?.get("note");
    if (note) this.actions.sendNote(call, note); // closing the card must not throw a note away
    this.calls.delete(call);
    this.shown.forget(call);
    this.lines.of(call)?.remove();
    this.lines.soon(() => {});
    if (this.openCall === call) this.openNext();
    if (hadFocus && !this.contains(document.activeElement)) this.passFocusOn();
    this.tellChanged({ before: entry });
  }

  openNext() {
    this.card.replaceChildren();
    this.openCall = null;
    this.pinned = false;
    const all = [...this.calls.values()].filter(({ isFolded }) => !isFolded);
    const next = all.find(({ state }) => state === "talking") ?? all.find(({ state }) => state === "ringing");
    if (next) this.open(next);
    this.showTimers();
  }

  passFocusOn() {
    if (this.calls.size) this.focusCard();
    else if (this.cameFrom?.isConnected) this.cameFrom.focus();
    else document.getElementById("windows").focus();
  }

  /** Something is written in the open card and not saved. What is merely looked for counts while one is at it. */
  hasText() {
    const fields = this.card.querySelectorAll(this.card.contains(document.activeElement) ? "textarea, input, select" : "textarea");
    return [...fields].some(isChanged);
  }

  showTimers(within = this) {
    if (document.hidden) return;
    const now = Date.now() - this.clockOff;
    for (const timer of within.querySelectorAll(".timer")) {
      const from = Number(timer.dataset.from);
      const text = from ? clock(Math.max(0, Math.round((now - from) / 1000))) : "";
      if (timer.textContent !== text) timer.textContent = text;
    }
  }
}

function isChanged(field) {
  if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

customElements.define("popup-stack", PopupStack);
