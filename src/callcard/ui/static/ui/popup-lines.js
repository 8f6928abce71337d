// The folded calls, a line each. A card must be painted at once; what changes here waits for company, so that ten calls
// at a time cost a few paints and not one for each change.
import { afterPaint } from "./clock.js";

const GATHER_MS = 150;

export class PopupLines {
  /** `wanted(call)` is the HTML of the call's line, or undefined when it has none now; `drawn` runs last. */
  constructor(list, wanted, drawn) {
    this.list = list;
    this.wanted = wanted;
    this.drawn = drawn;
    this.changed = new Set();
    this.waiting = [];
    this.cardAt = -Infinity;
  }

  of(call) {
    return this.list.querySelector(`[data-call="${call}"]`);
  }

  /** Draw this call's line, with what else changes soon or at once. */
  change(call, atOnce = false) {
    this.changed.add(call);
    if (atOnce) this.draw();
    else this.soon(() => {});
  }

  /** Run it with what else waits. A hidden page is not painted: there it is done at once. */
  soon(run) {
    this.waiting.push(run);
    if (document.hidden) this.flush();
    else if (this.waiting.length === 1) setTimeout(() => this.flush(), GATHER_MS);
  }

  /** A card has just come: what waits is done right after its paint. Where one card follows upon the other it is left to
      `soon`, or it would be in the way of the next one. */
  afterCard() {
    const now = performance.now();
    const isAlone = now - this.cardAt > GATHER_MS;
    this.cardAt = now;
    if (isAlone) afterPaint(() => this.flush());
  }

  flush() {
    const runs = this.waiting;
    this.waiting = [];
    this.draw();
    for (const run of runs) run();
    this.draw();
    if (runs.length) this.drawn();
  }

  /** Bring every changed line up to date now. */
  draw() {
    const calls = this.changed;
    this.changed = new Set();
    for (const call of calls) this.drawOne(call, this.wanted(call));
    this.list.classList.toggle("is-many", this.list.childElementCount > 3);
  }

  drawOne(call, html) {
    const now = this.of(call);
    if (html === undefined) return void now?.remove();
    if (!now) return void this.list.insertAdjacentHTML("afterbegin", html);
    const hadFocus = now.contains(document.activeElement);
    now.outerHTML = html;
    if (hadFocus) this.of(call).querySelector("button").focus();
    return undefined;
  }
}
