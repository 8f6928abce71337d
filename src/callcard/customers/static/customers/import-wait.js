// <import-wait>: goes on to the next step when the work it shows is over.
class ImportWait extends HTMLElement {
  connectedCallback() {
    this.addEventListener("job:over", () => this.goOn());
    const state = this.querySelector("job-progress")?.dataset.state;
    // The work was quicker than the page.
    if (state === "done") this.timer = setTimeout(() => this.goOn(), 400);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  goOn() {
    this.querySelector(":scope > p > a")?.click();
  }
}
customElements.define("import-wait", ImportWait);
