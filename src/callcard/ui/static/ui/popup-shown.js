// Tells the server which pop-ups this browser has painted: the first at once, more of the same second together.
import { afterPaint, later } from "./clock.js";
import { post } from "./post.js";

const AT_MOST_EVERY_MS = 1000;

export class PopupShown {
  constructor(stack) {
    this.stack = stack;
    this.told = new Set();
    this.paintedAt = new Map(); // call -> when, not told yet
    this.isResting = false;
    stack.on("popup-shown", ({ call }) => this.told.add(call));
  }

  /** Once it is painted, unless another tab has said so. */
  soon(call) {
    afterPaint(() => {
      if (this.told.has(call) || !this.stack.calls.has(call)) return;
      this.told.add(call);
      this.stack.line?.tell("popup-shown", { call });
      this.paintedAt.set(call, performance.now());
      if (!this.isResting) this.send();
    });
  }

  forget(call) {
    this.told.delete(call);
  }

  send() {
    const now = performance.now();
    const calls = [...this.paintedAt].map(([call, at]) => `${call}:${Math.round(now - at)}`);
    const sent = [...this.paintedAt.keys()];
    this.paintedAt.clear();
    this.isResting = true;
    post("/desk/popups/shown", { calls: calls.join(" ") }).catch(() => sent.forEach((call) => this.forget(call)));
    later(AT_MOST_EVERY_MS, () => {
      this.isResting = false;
      if (this.paintedAt.size) this.send();
    });
  }
}
