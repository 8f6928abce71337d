// <call-commands>: what one can do by button in a call in which one talks: hold, hand on, hang up. Which of them there
// are is the telephone system's to say, so it is asked when the call is answered.
import { cancel, later } from "./clock.js";
import { press, pressAndAnswer } from "./press.js";
import { toast } from "./toast.js";

const TYPING_MS = 150;
const TOLD_MS = 1000;
const WAITING_MS = 2000; // while the other side waits, how often one looks whether the colleague has picked up
const ASKING_MS = 20_000; // the telephone system may say some words before it rings the colleague
const ORDER = ["hold", "unhold", "transfer", "hangup"];
const REFUSED = [409, 422];
const OF_FORM = ["transfer", "consult"];
const OPPOSITE = { hold: "unhold", unhold: "hold" };
const ICONS = { hold: "clock", unhold: "phone-call", transfer: "phone-forwarded", hangup: "phone-off" };
const known = new Map(); // call -> what was answered last: a card that is drawn anew need not flicker
const asking = new Map(); // where and which call -> what is typed there of whom to hand it on to: it outlives its card

export class CallCommands extends HTMLElement {
  constructor(call = 0) {
    super();
    this.call = call;
  }

  connectedCallback() {
    if (this.words) return void this.refresh(); // moved within the page: it listens already
    this.call ||= Number(this.dataset.call);
    this.words = document.querySelector("placed-calls").dataset;
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("input", () => this.typed());
    this.addEventListener("submit", (event) => this.handOn(event));
    this.addEventListener("keydown", (event) => this.key(event));
    if (known.has(this.call)) this.draw(known.get(this.call));
    this.place = `${this.closest(".placed") ? "placed" : "card"} ${this.call}`;
    if (known.has(this.call) && asking.has(this.place)) this.askWhom(asking.get(this.place));
    this.refresh();
  }

  async refresh() {
    try {
      const response = await fetch(`/calls/${this.call}/can`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      const able = response.ok ? await response.json() : { can: [] };
      known.set(this.call, able);
      if (response.status === 404 && this.closest(".placed")) this.closest("placed-calls").refresh().catch(() => {}); // handed on
      if (this.querySelector("form")) this.tellWaiting(able);
      else this.draw(able);
      if (able.held || able.asks || Date.now() < (this.asksUntil ?? 0)) this.refreshSoon();
    } catch {
      // Without the server nothing can be asked of the telephone system either.
    }
  }

  refreshSoon() {
    cancel(this.looking);
    this.looking = later(WAITING_MS, () => this.isConnected && this.refresh());
  }

  /** Whom one asks meanwhile, or only that the other side waits. */
  tellWaiting({ asks, held }) {
    const words = asks || (held ? this.words.wordHeld : "");
    if (words) this.dataset.held = words;
    else delete this.dataset.held;
  }

  /** A button that stays is not made anew: somebody may be about to press it, or have the focus on it. */
  draw({ can, asks, held }) {
    this.tellWaiting({ asks, held });
    const form = this.querySelector("form");
    if (form) asking.delete(this.place);
    form?.remove();
    const shown = ORDER.filter((what) => can.includes(what));
    const kept = new Map([...this.children].map((button) => [button.dataset.what, button]));
    for (const [what, button] of kept) if (!shown.includes(what)) button.remove();
    for (const [at, what] of shown.entries()) if (!kept.has(what)) this.insertBefore(this.button(what), this.children[at] ?? null);
    for (const button of this.children) button.disabled = false;
  }

  button(what) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `btn btn-sm${what === "hangup" ? " btn-danger" : ""}`;
    button.dataset.what = what;
    button.innerHTML = `<i class="icon icon-${ICONS[what]}" aria-hidden="true"></i>`;
    button.append(this.words[`word${what[0].toUpperCase()}${what.slice(1)}`]);
    return button;
  }

  async click(event) {
    const choice = event.target.closest("[data-to]");
    if (choice) return void ((this.querySelector("input").value = choice.dataset.to), this.typed(), this.querySelector("button[type=submit]").focus());
    const what = event.target.closest("[data-what]")?.dataset.what;
    if (!what) return;
    if (what === "transfer") return void (this.askWhom(), this.querySelector("input").focus());
    if (what === "back") return void this.draw(known.get(this.call));
    event.target.closest("button").disabled = true;
    this.answered(what, await press(`/calls/${this.call}/do/${what}`, {}));
  }

  /** To whom: a name or number; the colleagues who fit are offered. */
  askWhom(typed = "") {
    const { can } = known.get(this.call);
    const form = document.createElement("form");
    const field = Object.assign(document.createElement("input"), { type: "text", name: "whom", value: typed, className: "form-control form-control-sm", autocomplete: "off", maxLength: 80, placeholder: this.words.wordWhom, dir: "auto" });
    field.ariaLabel = this.words.wordWhom;
    const list = Object.assign(document.createElement("ul"), { className: "choices" });
    const buttons = document.createElement("p");
    const submit = (what, word) => Object.assign(document.createElement("button"), { type: "submit", className: "btn btn-sm", value: what, textContent: word });
    buttons.append(submit("transfer", this.words.wordHandOn));
    if (can.includes("consult")) buttons.append(submit("consult", this.words.wordConsult));
    const back = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: this.words.wordBack });
    back.dataset.what = "back";
    buttons.append(back);
    form.append(field, list, buttons);
    this.replaceChildren(form);
    asking.set(this.place, typed);
    this.lookUp();
  }

  typed() {
    asking.set(this.place, this.querySelector("input").value);
    cancel(this.typing);
    this.typing = later(TYPING_MS, () => this.lookUp());
  }

  async lookUp() {
    const wanted = this.querySelector("input")?.value.trim() ?? "";
    const response = await fetch(`/calls/colleagues?call=${this.call}&q=${encodeURIComponent(wanted)}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" }).catch(() => null);
    const list = this.querySelector("ul");
    if (!response?.ok || !list || this.querySelector("input").value.trim() !== wanted) return;
    const { colleagues } = await response.json();
    list.replaceChildren(...colleagues.filter(({ to }) => to !== wanted).map(({ to, name }) => this.choice(to, name)));
  }

  /** Whether there are colleagues whom the name fits that is typed: the first one has the focus then. */
  async chooses() {
    await this.lookUp();
    const first = this.querySelector("[data-to]");
    first?.focus();
    return Boolean(first);
  }

  choice(to, name) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.to = to;
    button.append(Object.assign(document.createElement("b"), { dir: "auto", textContent: name }), " ", Object.assign(document.createElement("bdi"), { dir: "ltr", textContent: to }));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  async handOn(event) {
    event.preventDefault();
    event.stopPropagation();
    const to = this.querySelector("input").value.trim();
    const what = event.submitter?.value || "transfer";
    if (!to) return;
    if (!/\p{Nd}/u.test(to) && (await this.chooses())) return;
    for (const button of this.querySelectorAll("button")) button.disabled = true;
    const answer = await pressAndAnswer(`/calls/${this.call}/do/${what}`, { to });
    for (const button of this.querySelectorAll("button")) button.disabled = false;
    if (answer) this.answered(what, answer);
  }

  /** What the telephone system took is shown at once; what came of it is asked a moment later, when it has told. */
  answered(what, { status, data }) {
    toast(data.error ?? data.words ?? this.words.wordFailed, [], 6000);
    const able = known.get(this.call);
    if (status === 200) able.can = able.can.map((each) => (each === what ? (OPPOSITE[what] ?? each) : each));
    if (status === 200 && OPPOSITE[what]) able.held = what === "hold";
    if (status === 200 && what === "consult") this.asksUntil = Date.now() + ASKING_MS;
    const keepsTyped = OF_FORM.includes(what) ? REFUSED.includes(status) : Boolean(this.querySelector("form"));
    if (!keepsTyped) this.draw(able); // somebody may be typing to whom meanwhile, or mends what was refused
    later(TOLD_MS, () => {
      if (this.isConnected) this.refresh();
      if (OF_FORM.includes(what)) document.querySelector("placed-calls").refresh().catch(() => {});
    });
  }

  /** From what is typed to the colleagues whom it fits, and back. */
  step(event, by) {
    const places = [this.querySelector("input"), ...this.querySelectorAll("[data-to]")];
    const at = places.indexOf(document.activeElement);
    const next = places[at + by];
    if (at < 0 || !next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  }

  key(event) {
    if (!this.querySelector("form")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return void this.step(event, event.key === "ArrowDown" ? 1 : -1);
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.draw(known.get(this.call));
    this.querySelector('[data-what="transfer"]')?.focus();
  }
}

customElements.define("call-commands", CallCommands);
