// <job-wait>: goes on to the next step when the work it shows is over.
const AGAIN_MS = 2000;
const TIMES = 5;

class JobWait extends HTMLElement {
  connectedCallback() {
    this.addEventListener("job:over", this.goOn);
    const state = this.querySelector("job-progress")?.dataset.state;
    // The work was quicker than the page.
    if (state === "done") this.timer = setTimeout(this.goOn, 400);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /** More than once: the window may just be busy with another answer, or the server was, and nobody looks at it meanwhile. */
  goOn = () => {
    clearTimeout(this.timer);
    this.times = (this.times ?? 0) + 1;
    if (this.times < TIMES) this.timer = setTimeout(this.goOn, AGAIN_MS);
    this.querySelector(":scope > p > a")?.click();
  };
}
customElements.define("job-wait", JobWait);
