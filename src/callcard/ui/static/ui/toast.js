// One line at the foot of the page, read out by screen readers, with buttons if there is something to decide.
import { later } from "./clock.js";

let latest = 0;

/** Show `text`; `choices` are [words, what to do]. It goes away after `ms`; with choices it stays unless `ms` is given. */
export function toast(text, choices = [], ms = choices.length ? 0 : 4000) {
  const place = document.getElementById("toast");
  const mine = ++latest;
  const clear = () => mine === latest && place.replaceChildren();
  const buttons = choices.map(([words, run]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => (clear(), run()));
    return button;
  });
  place.classList.toggle("is-asking", !ms); // what stays until it is answered gets room of its own
  place.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }), ...buttons);
  if (ms) later(ms, clear);
}
