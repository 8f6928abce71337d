// The panel of <soft-phone>: its calls with their buttons, a number to dial, and the devices.
import { every } from "../ui/clock.js";
import { DeviceChoice } from "./device-choice.js";
import { element, icon } from "./page-element.js";
import { CallRow } from "./phone-row.js";

const CARD_MAY_TAKE_MS = 1500; // a call that rings is answered on its card; here only when there is none

export class PhonePanel {
  constructor(phone, place) {
    Object.assign(this, { phone, place });
    this.rows = new Map();
    this.isOpen = false;
    this.build();
    every(1000, () => this.tick());
    // A call that was handed on is another one's now.
    for (const kind of ["popup", "popup-closed", "resync"]) document.addEventListener(`live:${kind}`, () => this.rows.forEach((row) => row.learn()));
    place.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  build() {
    const { words } = this.phone;
    this.status = element("p", { className: "phone-status" });
    this.status.setAttribute("role", "status");
    this.list = element("ul", { className: "phone-calls" });
    this.people = element("datalist", { id: "soft-phone-people" });
    this.number = element("input", { type: "tel", className: "form-control", maxLength: 32, placeholder: words.to, ariaLabel: words.to, dir: "ltr", autocomplete: "off" });
    this.number.setAttribute("list", this.people.id);
    this.dialler = element("form", { className: "phone-dial" }, this.number, element("button", { type: "submit", className: "btn btn-primary" }, icon("phone-call"), words.call));
    this.dialler.addEventListener("submit", (event) => this.dial(event));
    this.more = element("details", { className: "phone-devices" }, element("summary", {}, icon("settings"), words.devices));
    this.more.addEventListener("toggle", () => this.more.open && this.showDevices());
    const close = element("button", { type: "button", className: "popup-tool phone-close", ariaLabel: words.close }, icon("chevron-down"));
    close.addEventListener("click", () => this.toggle(false));
    this.place.append(element("header", { className: "phone-head" }, this.status, close), this.list, this.dialler, this.more, this.people);
  }

  dial(event) {
    event.preventDefault();
    const number = this.number.value.trim();
    if (!number) return;
    this.call(number);
    this.number.value = "";
  }

  /** Through the same door as every number in the page, so that the same rules hold. */
  call(number) {
    const link = element("a", { href: `tel:${encodeURIComponent(number)}`, hidden: true });
    this.place.append(link);
    link.click();
    link.remove();
  }

  toggle(open = !this.isOpen) {
    this.isOpen = open;
    this.show();
    if (open) this.number.focus();
  }

  async showDevices() {
    this.devices ??= new DeviceChoice(this.phone.words, () => this.phone.act({ do: "devices" }));
    this.more.append(this.devices.place);
    await this.devices.fill();
  }

  show() {
    const { calls, state, colleagues, extension } = this.phone.shown;
    const { words } = this.phone;
    const status = state === "ready" && extension ? `${words.ready} · ${extension}` : words[state];
    if (this.status.textContent !== status) this.status.textContent = status;
    const people = colleagues.map(({ number, name }) => element("option", { value: number, textContent: name }));
    if (people.length !== this.people.childElementCount) this.people.replaceChildren(...people);
    const kept = new Set(calls.map(({ id }) => id));
    for (const [id, row] of this.rows) if (!kept.has(id)) row.place.remove(), this.rows.delete(id);
    for (const call of calls) this.showCall(call);
    const isShown = this.isOpen || calls.some((call) => this.belongsHere(call));
    this.place.hidden = !isShown;
    this.place.classList.toggle("is-idle", this.isOpen || calls.length === 0);
    this.phone.querySelector(".soft-phone-lamp").setAttribute("aria-expanded", String(isShown));
  }

  showCall(call) {
    const row = this.rows.get(call.id) ?? new CallRow(this.phone, call);
    if (!this.rows.has(call.id)) this.list.append(row.place);
    this.rows.set(call.id, row);
    row.place.hidden = !this.isOpen && !this.belongsHere(call);
    row.show(call, this.phone.shown.calls);
  }

  /** As it is shown there; the call may be another tab's, or too new. */
  whoIs({ id, number }) {
    return this.rows.get(id)?.who.textContent || number;
  }

  belongsHere(call) {
    return call.state !== "ringing" || (Date.now() - call.since > CARD_MAY_TAKE_MS && !this.phone.cards.hasCardFor(call));
  }

  tick() {
    if (!this.phone.shown.calls.length) return;
    this.show();
    for (const row of this.rows.values()) row.tick();
  }
}
