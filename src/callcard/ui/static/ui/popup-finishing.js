// What the card is first painted without, so that it is painted sooner, and what follows from its height.
export class PopupFinishing {
  constructor(stack) {
    this.stack = stack;
    this.place = stack.card;
    const what = { childList: true, subtree: true, attributeFilter: ["open"] };
    new MutationObserver((changes) => this.mayHaveGrown(changes)).observe(this.place, what);
    this.strips = document.querySelector("placed-calls");
    new MutationObserver((changes) => this.mayHaveGrown(changes)).observe(this.strips, { ...what, attributes: true, attributeFilter: ["open", "hidden"] });
  }

  get card() {
    return this.place.firstElementChild;
  }

  finish() {
    const card = this.card;
    if (!card || card.classList.contains("is-settled")) return;
    card.classList.add("is-settled");
    for (const term of card.querySelectorAll("dt[data-icon]"))
      term.prepend(Object.assign(document.createElement("i"), { className: `icon icon-${term.dataset.icon}`, ariaHidden: "true" }));
    for (const place of card.querySelectorAll("[data-copies]")) place.append(this.copyButton(place.dataset.copies));
  }

  copyButton(text) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
    button.ariaLabel = this.stack.dataset.wordCopy.replace("{what}", text);
    button.dataset.copy = text;
    return button;
  }

  /** Only what is higher than its part of the screen scrolls: that needs a layer of its own. */
  fit() {
    if (!this.strips.hidden) this.strips.classList.toggle("is-tall", this.strips.scrollHeight > this.strips.clientHeight);
    const card = this.card;
    if (card?.classList.contains("is-settled")) card.classList.toggle("is-tall", card.scrollHeight > card.clientHeight);
  }

  /** Calls one placed, buttons of the call, what came of it, customers that were found: they come into the card later. */
  mayHaveGrown(changes) {
    if (changes.some(({ target }) => !target.matches(".timer"))) this.stack.lines.soon(() => {});
  }
}
