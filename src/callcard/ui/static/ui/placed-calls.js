// <placed-calls>: the calls that one placed by a button, each with how it stands and what can be done about it.
// The server says all of it; an event of the live line only says that there is something new.
import { every, later } from "./clock.js";
import { CallCommands } from "./call-commands.js";
import { press } from "./press.js";
import { toast } from "./toast.js";

const OVER_STAYS_MS = 12_000;
const CANCELLED_STAYS_MS = 4000; // whoever cancelled knows it
const LOOK_AGAIN_MS = 61_000; // by then the server knows when nobody will tell any more

/** The user has pressed Call somewhere: look at once. With the key of a press: how its call stands; null: there is none. */
export const showPlaced = (key = "") => document.querySelector("placed-calls").refresh(key);

class PlacedCalls extends HTMLElement {
  connectedCallback() {
    this.rows = new Map(); // command -> {data, element, overAt}
    this.closed = new Set();
    for (const kind of ["dial", "resync"]) document.addEventListener(`live:${kind}`, () => this.refresh().catch(() => {}));
    document.addEventListener("live:line", ({ detail }) => this.hear(detail));
    this.addEventListener("click", (event) => this.click(event));
    every(1000, () => this.tick());
    this.refresh().catch(() => {});
  }

  hear(line) {
    if (line === "heard") this.refresh().catch(() => {});
    if (line === "signed-out") this.draw([]);
  }

  /** Fails when the server cannot be heard. Of answers that overtake each other, the one asked for last counts. */
  async refresh(key = "") {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const response = await fetch(`/calls/placed?command=${encodeURIComponent(key)}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const { calls, words } = await response.json();
    if (asked === this.asked) this.draw(calls);
    return words;
  }

  draw(calls) {
    const now = Date.now();
    for (const data of [...calls].reverse()) if (!this.closed.has(data.command)) this.place(data, now);
    const told = new Set(calls.map(({ command }) => command));
    for (const [command, { element }] of [...this.rows]) if (!told.has(command) && !isWrittenIn(element)) this.drop(command);
    this.hidden = !this.rows.size;
    if (calls.some(({ state }) => state === "asked")) later(LOOK_AGAIN_MS, () => this.refresh().catch(() => {}));
  }

  place(data, now) {
    let row = this.rows.get(data.command);
    if (!row) {
      row = { element: document.createElement("article") };
      row.element.className = "placed";
      row.element.dataset.command = data.command;
      this.rows.set(data.command, row);
      this.prepend(row.element);
    }
    if (row.data && JSON.stringify(row.data) === JSON.stringify(data)) return;
    const isNews = row.data?.state !== data.state;
    row.data = data;
    row.overAt = isOver(data) ? (row.overAt ?? now) : undefined;
    if (isNews) row.sinceMs = now;
    this.fill(row, isNews);
  }

  fill({ element, data, sinceMs }, isNews) {
    const { state } = data;
    const isOpen = !isOver(data);
    element.dataset.state = hasFailed(data) ? "failed" : isOpen ? state : "over";
    const head = document.createElement("header");
    head.innerHTML = `<i class="icon icon-${iconOf(data)}" aria-hidden="true"></i><p role="status"></p><span class="timer"></span>`;
    head.querySelector("p").textContent = data.words;
    head.querySelector(".timer").dataset.from = isOpen ? sinceMs : "";
    // Why a call was not placed, and that the own phone was not picked up, is said without whom it was for.
    const isUnnamed = hasFailed(data) || !data.words.includes(data.name || data.number);
    const shown = isUnnamed ? [data.name, data.number] : [data.name && data.number];
    const number = Object.assign(document.createElement("bdi"), { dir: isUnnamed ? "auto" : "ltr", className: "quiet", textContent: shown.filter(Boolean).join(" · ") });
    const then = Object.assign(document.createElement("span"), { className: "placed-then" });
    if (data.then && isOpen) then.append(`${this.dataset.wordThen} `, Object.assign(document.createElement("bdi"), { dir: "ltr", textContent: data.then }));
    const kept = element.querySelector("call-commands");
    const { activeElement: focused } = document;
    const [start, end] = [focused.selectionStart, focused.selectionEnd];
    const wasTyped = element.contains(focused) && focused.name;
    const commands = state === "talking" && data.call ? (kept?.call === data.call && !isNews ? kept : new CallCommands(data.call)) : "";
    element.replaceChildren(head, number, then, commands, this.closing(data, element), this.button(data));
    const field = wasTyped ? element.querySelector(`[name="${wasTyped}"]`) : null;
    field?.focus({ preventScroll: true });
    if (field && start !== null && start !== undefined) field.setSelectionRange(start, end);
    this.tick();
  }

  /** For a call that one placed no card opens: here one writes down what was said. A form that is open stays. */
  closing({ call, state }, element) {
    if (!call || !["talking", "over"].includes(state)) return "";
    const url = `/calls/${call}/closing?note`;
    const kept = element.querySelector("call-closing");
    if (kept?.dataset.url === url) return kept;
    const made = document.createElement("call-closing");
    Object.assign(made.dataset, { url, wordSaved: this.dataset.wordSaved, wordFailed: this.dataset.wordFailed });
    const details = document.createElement("details");
    details.append(Object.assign(document.createElement("summary"), { textContent: this.dataset.wordNote }));
    made.append(details);
    return made;
  }

  button(data) {
    const { state } = data;
    if (isCancelled(data)) return ""; // it goes by itself
    const [what, word] = state === "over" ? ["close", this.dataset.wordClose] : ["cancel", this.dataset.wordCancel];
    if (state === "talking") return ""; // there it is one of the commands
    const button = Object.assign(document.createElement("button"), { type: "button", className: `btn btn-sm${what === "cancel" ? " btn-danger" : ""}`, textContent: word });
    button.dataset.placed = what;
    return button;
  }

  async click(event) {
    const button = event.target.closest("[data-placed]");
    if (!button) return;
    const { command } = button.closest("[data-command]").dataset;
    if (button.dataset.placed === "close") {
      const { call } = this.rows.get(command)?.data ?? {};
      if (call) document.dispatchEvent(new CustomEvent("call:unfinished", { detail: `/calls/${call}/closing` }));
      this.closed.add(command);
      this.drop(command);
      return;
    }
    button.disabled = true;
    const { status, data } = await press(`/calls/placed/${command}/cancel`, {});
    if (status !== 200) toast(data.error ?? this.dataset.wordFailed);
    button.disabled = false;
    this.refresh().catch(() => {});
  }

  drop(command) {
    this.rows.get(command)?.element.remove();
    this.rows.delete(command);
    this.hidden = !this.rows.size;
  }

  tick() {
    const now = Date.now();
    for (const [command, { overAt, element, data }] of [...this.rows]) {
      if (overAt === undefined) continue;
      const isRead = !document.hidden && !element.matches(":hover, :focus-within") && !isWrittenIn(element);
      if (isCancelled(data) ? now - overAt > CANCELLED_STAYS_MS : isRead && now - overAt > OVER_STAYS_MS) {
        this.closed.add(command);
        this.drop(command);
      }
    }
    for (const timer of this.querySelectorAll(".timer")) {
      const from = Number(timer.dataset.from);
      const seconds = Math.max(0, Math.round((now - from) / 1000));
      const text = from ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
      if (timer.textContent !== text) timer.textContent = text;
    }
  }
}

const isWrittenIn = (element) => Boolean(element.querySelector("call-closing form"));
const isCancelled = ({ problem }) => problem === "cancelled"; // also before the telephone system says that it is over
const isOver = (data) => data.state === "over" || isCancelled(data);
const hasFailed = (data) => data.state === "over" && Boolean(data.problem) && !isCancelled(data);

function iconOf(data) {
  if (hasFailed(data)) return "triangle-alert";
  return { asked: "phone-outgoing", ringing: "phone-incoming", calling: "phone-outgoing", talking: "phone-call", over: "phone-off" }[isOver(data) ? "over" : data.state];
}

customElements.define("placed-calls", PlacedCalls);
