// When the cards of calls that are over leave the screen: in every tab of a person at the same time.
import { every } from "./clock.js";

const STAYS_MS = { over: 30_000, elsewhere: 8_000 }; // LINGERS in calls/queries.py is the longest of them
const AFTER_LEAVING_MS = 5_000;
const ENDED_AT_MOST = 8; // more of them only bury the calls that go on; all are under Recent calls

/** Since when the call is over, by this computer's clock; undefined while it goes on. */
export function endedAt({ state, over_for_ms: age = 0 }, before) {
  return state in STAYS_MS ? (before?.endedAt ?? Date.now() - age) : undefined;
}

export function isStale({ state, over_for_ms: age = 0 }) {
  return age >= STAYS_MS[state];
}

export class PopupEndings {
  constructor(stack) {
    this.stack = stack;
    stack.on("popup-kept", ({ call, endedAt: at }) => this.stayUntil(stack.calls.get(call), at));
    stack.on("popup-left", ({ call }) => this.leave(stack.calls.get(call)));
    document.addEventListener("visibilitychange", () => document.hidden || this.comeBack());
    every(1000, () => this.tick());
  }

  tick() {
    if (document.hidden) return;
    const now = Date.now();
    for (const entry of [...this.stack.calls.values()]) {
      if (entry.endedAt === undefined) continue;
      if (this.isInUse(entry)) this.keep(entry, now - STAYS_MS[entry.state] + AFTER_LEAVING_MS);
      if (now - entry.endedAt >= STAYS_MS[entry.state]) this.stack.line.tell("popup-left", { call: entry.call });
    }
  }

  /** Somebody has the mouse or a note in it: it stays in the other tabs as well. */
  keep(entry, at) {
    if (at > entry.endedAt) this.stack.line.tell("popup-kept", { call: entry.call, endedAt: at });
  }

  stayUntil(entry, at) {
    if (entry?.endedAt < at) entry.endedAt = at;
  }

  leave(entry) {
    if (entry?.endedAt !== undefined && !this.isInUse(entry)) this.stack.drop(entry.call);
  }

  /** What nobody has seen go, because no page was in view, is there long enough to be read. */
  comeBack() {
    const now = Date.now();
    for (const entry of this.stack.calls.values()) if (now - entry.endedAt >= STAYS_MS[entry.state]) entry.endedAt = now;
  }

  /** Of very many calls that are over, the oldest go before their time. */
  trim() {
    const { calls, openCall } = this.stack;
    const ended = [...calls.values()].filter((entry) => entry.endedAt !== undefined && entry.call !== openCall);
    for (const entry of ended.slice(0, -ENDED_AT_MOST)) if (!entry.typed?.get("note")) this.stack.drop(entry.call);
  }

  isInUse({ call }) {
    const { stack } = this;
    return call === stack.openCall && (stack.hovered || stack.hasText() || this.isAboutToWrite());
  }

  /** In a field of it, while no other call goes on. */
  isAboutToWrite() {
    const { calls, card } = this.stack;
    const isInField = card.contains(document.activeElement) && document.activeElement.matches("textarea, input, select");
    return isInField && [...calls.values()].every(({ endedAt: at }) => at !== undefined);
  }
}
