// Timers that keep time in a hidden page too: a caller must not wait for a slowed-down page to reconnect or to ring.
const waiting = new Map();
let worker = null;
let count = 0;

function hired() {
  if (worker === null && "Worker" in window) {
    worker = new Worker(new URL("clock-worker.js", import.meta.url));
    worker.onmessage = ({ data: id }) => fire(id);
  }
  return worker;
}

function fire(id) {
  const run = waiting.get(id);
  waiting.delete(id);
  run?.();
}

/** Run `run` once after `ms` milliseconds; the number that comes back is for `cancel`. */
export function later(ms, run) {
  const id = ++count;
  waiting.set(id, run);
  const clock = hired();
  if (clock) clock.postMessage({ id, ms });
  else setTimeout(fire, ms, id);
  return id;
}

export function cancel(id) {
  waiting.delete(id);
}

/** Run `run` now and then: every `ms` milliseconds, for as long as the page lives. */
export function every(ms, run) {
  later(ms, () => {
    run();
    every(ms, run);
  });
}

const PAINT_MS = 50; // of the slowest machine that was measured: drawn in other threads, after the page's own frame

/** Run `run` when what is now in the document has been painted. Waits while the page is hidden: nothing is painted then. */
export function afterPaint(run) {
  requestAnimationFrame(() => setTimeout(run, PAINT_MS));
}
