// <missed-badge>: how many callers wait for a call back from this user, beside the way to their list; and the word that
// somebody has waited too long.
import { later } from "../ui/clock.js";
import { toast } from "../ui/toast.js";

const SOON_MS = 300;
const SPREAD_MS = 2000; // all desks hear it in the same moment; a ringing phone must not wait for the answers to all of them
const MOST = 99;

class MissedBadge extends HTMLElement {
  connectedCallback() {
    for (const kind of ["calls-changed", "missed-escalated", "resync", "hello"]) document.addEventListener(`live:${kind}`, () => this.lookSoon());
    document.addEventListener("live:missed-escalated", ({ detail }) => this.warn(detail.words));
    this.look();
  }

  /** Several calls at once are asked for once. */
  lookSoon() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    later(SOON_MS + Math.random() * SPREAD_MS, () => ((this.isWaiting = false), this.look()));
  }

  async look() {
    try {
      const response = await fetch(this.dataset.url, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      if (response.ok) this.show(await response.json());
    } catch {
      // The server is away for a moment: the line says "hello" when it is back.
    }
  }

  show({ number, late }) {
    this.toggleAttribute("data-late", late);
    this.replaceChildren();
    if (!number) return;
    const shown = document.createElement("b");
    shown.textContent = number > MOST ? `${MOST}+` : String(number);
    shown.title = (late ? this.dataset.wordLate : this.dataset.word) || "";
    this.append(shown);
  }

  warn(words) {
    toast(words, [[this.dataset.wordShow, () => this.closest("a").click()], [this.dataset.wordLater, () => {}]]);
  }
}

customElements.define("missed-badge", MissedBadge);
