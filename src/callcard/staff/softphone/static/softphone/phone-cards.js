// Answer and Decline on the card of the pop-up whose call rings in the softphone. Never before the card was painted.
import { afterPaint } from "../ui/clock.js";
import { element, icon } from "./page-element.js";

const DIGITS_COMPARED = 7;

export class CardButtons {
  constructor(phone) {
    this.phone = phone;
    this.stack = document.querySelector("popup-stack");
    document.addEventListener("calls:changed", () => this.soon());
    new MutationObserver(() => this.soon()).observe(this.stack.querySelector(".popup-open"), { childList: true });
  }

  soon() {
    if (document.hidden) this.show();
    else afterPaint(() => this.show());
  }

  show() {
    const card = this.stack.querySelector("article.popup");
    const call = card && this.callOf(card);
    const there = card?.querySelector(".popup-phone");
    if ((there?.dataset.answers ?? "") === (call?.id ?? "")) return;
    there?.remove();
    if (call) card.append(this.buttons(call));
  }

  /** The softphone's call that this card is about: by the number, or as the only one that rings on either side. */
  callOf(card) {
    if (card.dataset.state !== "ringing") return null;
    const calls = this.phone.shown.calls.filter((call) => call.state === "ringing");
    const number = digits(card.querySelector(".popup-number")?.dataset.copies);
    const same = calls.find((call) => number && digits(call.number) && number.slice(-DIGITS_COMPARED) === digits(call.number).slice(-DIGITS_COMPARED));
    if (same) return same;
    const cards = [...(this.stack.calls?.values() ?? [])].filter((entry) => entry.state === "ringing");
    return calls.length === 1 && cards.length === 1 && !(number && digits(calls[0].number)) ? calls[0] : null;
  }

  /** Whether a call that rings can be answered on a card. */
  hasCardFor(call) {
    return Boolean(this.stack.querySelector(`.popup-phone[data-answers="${CSS.escape(call.id)}"]`));
  }

  buttons(call) {
    const { words } = this.phone;
    const button = (what, word, picture) => {
      const made = element("button", { type: "button", className: `phone-act phone-${what}` }, icon(picture), word);
      made.addEventListener("click", () => this.phone.act({ do: what, id: call.id }));
      return made;
    };
    const answer = button("answer", words.answer, "phone-call");
    answer.setAttribute("aria-keyshortcuts", "Alt+A");
    return element("div", { className: "popup-phone", data: { answers: call.id } }, answer, button("hangup", words.decline, "phone-off"));
  }
}

function digits(text) {
  return (text ?? "").replace(/\D/g, "");
}
