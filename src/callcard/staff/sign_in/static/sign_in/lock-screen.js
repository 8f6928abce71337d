// <lock-screen>: covers the shell in every tab, by Alt+L, from the menu, or when nobody touched the page for as long as the
// administrator set. The windows behind it stay as they are; the server gives out nothing until it is unlocked. Whose session
// was ended elsewhere sees nothing of them any more.
import { every } from "../ui/clock.js";
import { post } from "../ui/post.js";

const LOOK_MS = 5000;
const TELL_MS = 2000;

class LockScreen extends HTMLElement {
  connectedCallback() {
    [this.dialog, this.end] = this.querySelectorAll("dialog");
    this.form = this.querySelector("form[data-native]"); // none for whoever has no password
    this.touchedAt = this.toldAt = Date.now();
    this.tabs = new BroadcastChannel(`callcard-lock-${this.dataset.user}`);
    this.tabs.onmessage = ({ data }) => this.hear(data);
    for (const dialog of [this.dialog, this.end]) dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.addEventListener("close", () => this.isLocked && this.dialog.showModal()); // Esc pressed twice
    this.form?.addEventListener("submit", (event) => this.unlock(event));
    this.addEventListener("passkey:right", (event) => (event.preventDefault(), this.unlocked()));
    document.addEventListener("keydown", (event) => this.key(event), true);
    document.addEventListener("click", (event) => event.target.closest?.("[data-lock-now]") && this.lock());
    document.addEventListener("callcard:locked", () => this.cover());
    document.addEventListener("live:line", ({ detail }) => detail === "locked" && this.cover());
    document.addEventListener("live:session-over", () => this.over());
    this.end.addEventListener("close", () => this.end.showModal());
    this.end.querySelector("button").addEventListener("click", () => location.reload());
    const minutes = Number(this.dataset.minutes);
    if (minutes) this.watch(minutes * 60_000);
  }

  watch(ms) {
    for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"])
      document.addEventListener(kind, () => this.touched(), { capture: true, passive: true });
    every(LOOK_MS, () => !this.isLocked && Date.now() - this.touchedAt >= ms && this.lock());
  }

  touched() {
    this.touchedAt = Date.now();
    if (this.touchedAt - this.toldAt < TELL_MS) return;
    this.toldAt = this.touchedAt;
    this.tabs.postMessage("touched");
  }

  hear(told) {
    if (told === "touched") this.touchedAt = Date.now();
    if (told === "locked") this.cover();
    if (told === "unlocked") this.uncover();
  }

  key(event) {
    if (this.isLocked || this.end.open) return void event.stopPropagation(); // no key means anything to what lies behind
    if (event.code !== "KeyL" || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.lock();
  }

  /** Covered at once, also without a link to the server; that is told as soon as it can be. */
  lock() {
    this.cover();
    this.tabs.postMessage("locked");
    post(this.dataset.lock).catch(() => {});
  }

  cover() {
    if (this.isLocked || this.end.open) return;
    this.isLocked = true;
    this.title_ = document.title;
    document.documentElement.dataset.locked = "";
    document.title = this.dataset.wordTitle;
    document.querySelector(".user-menu").open = false;
    this.say("");
    this.dialog.showModal();
  }

  uncover() {
    if (!this.isLocked) return;
    this.isLocked = false;
    this.touchedAt = Date.now();
    delete document.documentElement.dataset.locked;
    document.title = this.title_;
    this.form?.reset();
    this.dialog.close();
    document.dispatchEvent(new CustomEvent("screen:unlocked"));
  }

  over() {
    this.uncover();
    document.documentElement.dataset.locked = "";
    document.title = this.dataset.wordEnd;
    document.querySelector(".user-menu").open = false;
    if (!this.end.open) this.end.showModal();
  }

  unlocked() {
    this.tabs.postMessage("unlocked");
    this.uncover();
  }

  async unlock(event) {
    event.preventDefault();
    event.stopPropagation();
    const said = await fetch(this.dataset.unlock, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.form)),
      headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" },
      redirect: "manual",
    }).catch(() => null);
    if (said?.status === 204) return this.unlocked();
    if (said?.type === "opaqueredirect") return location.reload(); // signed out meanwhile
    const told = said && (await said.json().catch(() => null));
    this.form.password.select();
    this.say(told?.problem ?? this.dataset.wordLost);
  }

  say(words) {
    const place = this.form?.querySelector("[role=alert]");
    if (!place) return;
    place.textContent = words;
    place.hidden = !words;
  }
}

customElements.define("lock-screen", LockScreen);
