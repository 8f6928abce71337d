// One call in the panel of <soft-phone>.
import { later } from "../ui/clock.js";
import { answerTo, pressAndAnswer } from "../ui/press.js";
import { toast } from "../ui/toast.js";
import { askWho } from "./ask-who.js";
import { element, icon } from "./page-element.js";

const KEYS = [..."123456789*0#"];
const DIGITS_COMPARED = 7;
const WRITTEN_AFTER_MS = [1500, 6000]; // the server hears of a call from the telephone system, not from this page

export class CallRow {
  constructor(phone, call) {
    this.phone = phone;
    this.call = call;
    const { words } = phone;
    this.who = element("b", { className: "phone-who", dir: "auto" });
    this.how = element("span", { className: "phone-how" });
    this.time = element("span", { className: "timer" });
    this.quality = element("span", { className: "phone-quality" });
    this.quality.setAttribute("role", "img");
    this.note = element("a", { className: "phone-note", hidden: true, textContent: words.note, data: { window: "" } });
    this.tools = element("div", { className: "phone-tools" });
    this.keys = element("div", { className: "phone-keys", hidden: true, dir: "ltr" }, ...KEYS.map((key) => this.button("key", key, null, { key })));
    this.keys.addEventListener("keydown", ({ key, repeat }) => !repeat && KEYS.includes(key) && phone.act({ do: "key", id: this.call.id, key }));
    this.hand = this.transferForm(words);
    this.buttons = this.makeButtons(words);
    this.tools.append(...Object.values(this.buttons));
    this.place = element("li", { className: "phone-call", data: { phoneCall: call.id } }, element("p", { className: "phone-line" }, this.who, this.how, this.time, this.quality, this.note), this.tools, this.keys, this.hand);
  }

  button(what, word, picture, more = {}) {
    const made = element("button", { type: "button", className: `phone-act phone-${what}`, data: { act: what } }, picture ? icon(picture) : null, element("span", { textContent: word }));
    made.addEventListener("click", () => this.phone.act({ do: what, id: this.call.id, ...more }));
    return made;
  }

  /** Those that change what they do are asked each time. */
  makeButtons(words) {
    const opens = (word, picture, place) => {
      const made = element("button", { type: "button", className: "phone-act" }, icon(picture), element("span", { textContent: word }));
      made.setAttribute("aria-expanded", "false");
      made.addEventListener("click", () => this.open(made, place));
      return made;
    };
    return {
      answer: this.button("answer", words.answer, "phone-call"),
      complete: this.button("complete", words.complete, "phone-forwarded"),
      hold: this.button("hold", words.hold, "pause"),
      unhold: this.button("unhold", words.unhold, "play"),
      mute: this.button("mute", words.mute, "mic-off"),
      unmute: this.button("unmute", words.unmute, "mic"),
      keypad: opens(words.keypad, "grid-3x3", () => this.keys),
      transfer: opens(words.transfer, "phone-forwarded", () => this.hand),
      hangup: this.button("hangup", words.hangup, "phone-off"),
    };
  }

  open(button, place) {
    const shown = place();
    shown.hidden = !shown.hidden;
    button.setAttribute("aria-expanded", String(!shown.hidden));
    if (!shown.hidden) shown.querySelector("input, button").focus();
  }

  transferForm(words) {
    const field = element("input", { type: "tel", className: "form-control", name: "to", maxLength: 32, placeholder: words.to, ariaLabel: words.to, dir: "ltr", autocomplete: "off" });
    field.setAttribute("list", "soft-phone-people");
    const send = (what, word) => element("button", { type: "submit", className: "btn", value: what, textContent: word });
    const form = element("form", { className: "phone-transfer", hidden: true }, field, send("ask", words.ask), send("blind", words.blind));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const to = field.value.replace(/[\s()]/g, "");
      if (!to) return void field.focus();
      this.handOver(event.submitter?.value ?? "ask", to);
      form.hidden = true;
      this.buttons.transfer.setAttribute("aria-expanded", "false");
    });
    return form;
  }

  /** A colleague is always to be had; for any other number the rules for dialling are asked, as for one that is pressed. */
  async handOver(how, to) {
    const { id } = this.call;
    const isColleague = this.phone.shown.colleagues.some(({ number }) => number === to);
    if (isColleague && how === "blind" && !(await this.mayRing(to))) return;
    const answer = isColleague ? { data: { number: to, soft: true } } : await pressAndAnswer("/calls/dial", { number: to, how: "soft" });
    if (!answer) return;
    if (answer.data.keys) toast(answer.data.keys, [], 30_000);
    if (answer.data.soft) this.phone.act({ do: how, id, to: answer.data.number, then: answer.data.then, command: answer.data.command });
    else toast(answer.data.error ?? this.phone.words["not-transferred"]);
  }

  /** The telephone system lets go of the caller before it rings the colleague: of a phone that is off one is asked. */
  async mayRing(to) {
    const told = await askWho(to, "&rings").catch(() => null);
    return !told?.away || answerTo(told.away, this.phone.words.transfer, this.phone.words.leaveIt);
  }

  show(call, calls) {
    const isNews = call.state !== this.told?.state || calls.length !== this.told.calls;
    this.call = call;
    if (isNews) this.learn();
    const { words } = this.phone;
    const isTalk = call.state === "talking";
    const isAsking = call.asksFor && calls.some(({ id }) => id === call.asksFor);
    write(this.who, nameOf(call, this.partner, this.phone.shown.colleagues) || words.withheld);
    this.note.hidden = !isTalk || !this.partner?.call;
    if (this.partner?.call) this.note.href = `/calls/${this.partner.call}/`;
    write(this.how, call.isHeld ? words.held : call.isMuted ? words.muted : isAsking && isTalk ? words.asking : words[call.state]);
    this.place.dataset.state = call.isHeld ? "held" : call.state;
    const may = { answer: call.state === "ringing", complete: isTalk && isAsking, hold: isTalk && !call.isHeld, unhold: isTalk && call.isHeld, mute: isTalk && !call.isMuted, unmute: isTalk && call.isMuted, keypad: isTalk, transfer: isTalk && !isAsking, hangup: true };
    for (const [name, button] of Object.entries(this.buttons)) if (button.hidden === Boolean(may[name])) this.offer(button, may[name]);
    write(this.buttons.hangup.lastChild, call.state === "ringing" ? words.decline : words.hangup);
    this.quality.dataset.quality = call.quality;
    this.quality.ariaLabel = this.quality.title = words[call.quality] ?? "";
    this.tick();
  }

  /** The telephone knows a number; who that is, and the call as it is written down, the server knows. */
  learn() {
    this.told = { state: this.call.state, calls: this.phone.shown.calls.length };
    this.ask();
    if (this.call.state === "talking") for (const ms of WRITTEN_AFTER_MS) later(ms, () => this.place.isConnected && this.ask());
  }

  async ask() {
    const { number } = this.call;
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const only = this.phone.shown.calls.length === 1 && this.call.state === "talking" ? "&only" : "";
    const told = await askWho(number, only).catch(() => null);
    if (!told || asked !== this.asked || !this.place.isConnected) return;
    this.partner = told;
    this.show(this.call, this.phone.shown.calls);
  }

  /** Hold and Take back, Mute and Unmute are one place: the focus goes from one to the other. */
  offer(button, isOffered) {
    const other = { hold: "unhold", unhold: "hold", mute: "unmute", unmute: "mute" }[button.dataset.act];
    const hadFocus = other && document.activeElement === this.buttons[other];
    button.hidden = !isOffered;
    if (isOffered && hadFocus) button.focus();
  }

  tick() {
    const seconds = Math.max(0, Math.floor((Date.now() - this.call.since) / 1000));
    write(this.time, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  }
}

/** What the telephone was told counts until the server has said more, and where it knows no name of the number. */
function nameOf({ number, name }, partner, colleagues) {
  const shown = partner?.number || number;
  const isSame = digits(shown).endsWith(digits(number).slice(-DIGITS_COMPARED));
  const told = colleagues.find((each) => each.number === number)?.name ?? (name === number ? "" : name);
  return [partner?.name || (isSame ? told : ""), shown].filter(Boolean).join(" · ");
}

const digits = (text) => text.replace(/\D/g, "");

/** Only what differs is written, or a screen reader would say it over and over. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
