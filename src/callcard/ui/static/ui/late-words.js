// <late-words data-url>: words that take the server a while, so that the page need not wait for them.
import { asking } from "./asking.js";

class LateWords extends HTMLElement {
  connectedCallback() {
    asking(() => this.dataset.url, (words) => (this.innerHTML = words))();
  }
}
customElements.define("late-words", LateWords);
