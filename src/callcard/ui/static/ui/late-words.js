// <late-words data-url>: what takes the server a while, so that the page need not wait for it. Within it may stand what
// says so meanwhile, and in its data-failed what is said when nothing came.
import { asking } from "./asking.js";

class LateWords extends HTMLElement {
  connectedCallback() {
    asking(() => this.dataset.url, (words) => (this.innerHTML = words))().then(() => this.#settle());
  }

  #settle() {
    const waiting = this.querySelector("[data-failed]");
    if (waiting) waiting.textContent = waiting.dataset.failed;
  }
}
customElements.define("late-words", LateWords);
