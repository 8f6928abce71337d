// <live-line>: what the server tells, as events "live:<kind>" on the document, in every tab, over one connection.
// The lamp inside it shows whether the telephone system, and the server, can be heard.
import { every, later, cancel } from "./clock.js";
import { lead } from "./leader.js";

const SILENCE_MS = 40_000; // the server says something every 15 s
const LONGEST_WAIT_MS = 30_000;
// Nobody listens on until the page is loaded anew, or the screen is unlocked.
const OVER = ["signed-out", "locked"];
const WORST_FIRST = ["refused", "down", "connecting", "up"];

class LiveLine extends HTMLElement {
  connectedCallback() {
    const name = `callcard-live-${document.body.dataset.user}`;
    this.lastId = Number(this.dataset.since) || 0;
    this.line = "connecting";
    this.tries = 0;
    this.links = this.dataset.links.split(" ").filter(Boolean);
    this.tabs = new BroadcastChannel(name);
    this.tabs.onmessage = ({ data }) => this.receive(data);
    this.tabs.postMessage({ kind: "line-asked" });
    lead(name, () => this.begin());
    this.showLamp();
  }

  /** Tell the other tabs, and this one, what happened here. */
  tell(kind, data) {
    const message = { id: 0, kind, data };
    this.receive(message);
    this.tabs.postMessage(message);
  }

  /** What is on the screen is as of this event; after a resync the ids that were heard before mean nothing. */
  goOnFrom(since) {
    this.lastId = since;
  }

  receive({ id, kind, data }) {
    if (id && id <= this.lastId) return; // told already, before a reconnection
    if (id) this.lastId = id;
    if (kind === "line-asked") return void (this.leads && this.answer());
    if (kind === "line") this.line = data;
    if (kind === "link" || kind === "hello") this.links = data.links;
    if (kind === "line" || kind === "link" || kind === "hello") this.showLamp();
    document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: data }));
  }

  // -- only in the tab that leads -----------------------------------------------------------------------------------

  begin() {
    this.leads = true;
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.check());
    document.addEventListener("visibilitychange", () => this.check());
    every(5000, () => this.check());
    document.addEventListener("screen:unlocked", () => this.line === "locked" && this.connect());
    this.connect();
  }

  /** A tab that has just been opened: what it was loaded with may have changed since. */
  answer() {
    this.tabs.postMessage({ id: 0, kind: "line", data: this.line });
    this.tabs.postMessage({ id: 0, kind: "link", data: { links: this.links } });
  }

  /** After a sleep, a change of network or a long silence: a new connection, at once. */
  check() {
    if (OVER.includes(this.line)) return;
    if (this.abort && Date.now() - this.heardAt > SILENCE_MS) this.abort.abort();
    if (!this.abort && this.line === "lost") this.connect();
  }

  async connect() {
    cancel(this.retry);
    this.abort = new AbortController();
    this.heardAt = Date.now();
    try {
      await this.listen(this.abort.signal);
    } catch {
      // Why it broke does not matter: it is tried again, and the lamp says so.
    }
    this.abort = null;
    if (!OVER.includes(this.line)) this.tryAgain();
  }

  async listen(signal) {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": String(this.lastId) };
    const url = `${this.dataset.url}?since=${this.lastId}`;
    const response = await fetch(url, { headers, signal, cache: "no-store", redirect: "manual", priority: "high" });
    if (response.status === 401) this.tell("session-over", {}); // by Callcard itself; the others may be a proxy's
    if (response.status === 401 || response.status === 403 || response.type === "opaqueredirect")
      return this.tell("line", "signed-out");
    if (response.status === 423) return this.tell("line", "locked");
    if (!response.ok) throw new Error(response.statusText);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      this.heardAt = Date.now();
      rest = this.take(rest + value);
    }
  }

  /** Pass on every whole event in `text`; returns what is left of it. */
  take(text) {
    let from = 0;
    for (let end; (end = text.indexOf("\n\n", from)) >= 0; from = end + 2) this.passOn(text.slice(from, end));
    return text.slice(from);
  }

  passOn(block) {
    const field = {};
    for (const row of block.split("\n")) {
      const colon = row.indexOf(":");
      if (colon > 0) field[row.slice(0, colon)] = row.slice(colon + 1).trimStart();
    }
    if (!field.event) return;
    const message = { id: Number(field.id) || 0, kind: field.event, data: JSON.parse(field.data || "{}") };
    if (message.kind === "hello") this.connected(message.data);
    this.receive(message);
    this.tabs.postMessage(message);
  }

  connected() {
    this.tries = 0;
    this.tell("line", "heard");
  }

  tryAgain() {
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
    if (this.tries > 1) this.tell("line", "lost");
    else this.line = "lost"; // one quiet attempt first: a restart of the server is over before anybody reads the lamp
    this.retry = later(wait, () => !this.abort && this.connect());
  }

  // -- the lamp ------------------------------------------------------------------------------------------------------

  showLamp() {
    const link = WORST_FIRST.find((state) => this.links.includes(state)) ?? "none";
    const state = this.line === "lost" || OVER.includes(this.line) ? this.line : link;
    const word = this.dataset[`word${state.replace(/(^|-)(.)/g, (_all, _dash, letter) => letter.toUpperCase())}`] ?? "";
    this.querySelector(".lamp").dataset.state = OVER.includes(state) ? "lost" : state;
    const place = this.querySelector(".lamp-word");
    if (place.textContent !== word) place.textContent = this.title = word;
  }
}

customElements.define("live-line", LiveLine);
