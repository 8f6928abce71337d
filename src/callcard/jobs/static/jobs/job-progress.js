// <job-progress>: a job's bar, drawn by the server, kept up to date here.
import { asking } from "../ui/asking.js";
import { post } from "../ui/post.js";
import "./job-wait.js";

const LOOK_EVERY_MS = 5000; // should the live line be down
const OPEN = new Set(["waiting", "running"]);

class JobProgress extends HTMLElement {
  look = asking(() => this.dataset.url, (html) => this.show(html));

  connectedCallback() {
    this.heard = ({ detail }) => String(detail.job) === this.dataset.job && this.look();
    document.addEventListener("live:job", this.heard);
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-job-act]")));
    this.lookingOn = setInterval(() => this.isOpen && this.look(), LOOK_EVERY_MS);
    // What happened between the server's drawing it and its being here, nobody heard.
    if (this.isOpen) this.look();
  }

  disconnectedCallback() {
    document.removeEventListener("live:job", this.heard);
    clearInterval(this.lookingOn);
  }

  get isOpen() {
    return OPEN.has(this.dataset.state);
  }

  show(html) {
    const wasOpen = this.isOpen;
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("job-progress");
    if (!fresh) return;
    this.dataset.state = fresh.dataset.state;
    if (fresh.innerHTML.trim() !== this.shown) this.draw(fresh);
    if (wasOpen && !this.isOpen)
      this.dispatchEvent(new CustomEvent("job:over", { bubbles: true, detail: { job: this.dataset.job, state: this.dataset.state } }));
  }

  /** Part by part, so that a button that stays keeps the focus. */
  draw(fresh) {
    this.shown = fresh.innerHTML.trim();
    const acted = this.querySelector("[data-job-act]")?.dataset.jobAct;
    if (acted && acted === fresh.querySelector("[data-job-act]")?.dataset.jobAct) fresh.querySelector(".job-acts").replaceWith(this.querySelector(".job-acts"));
    this.replaceChildren(...fresh.childNodes);
  }

  async act(button) {
    if (!button) return;
    button.disabled = true;
    try {
      this.show(await post(button.dataset.jobAct));
    } catch {
      button.disabled = false;
      this.querySelector(".job-words").textContent = this.dataset.wordFailed;
    }
  }
}

customElements.define("job-progress", JobProgress);
