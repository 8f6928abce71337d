// <task-list>: from task to task with the arrows, done with one key. The server draws the rows.
class TaskList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("htmx:beforeRequest", ({ target }) => (this.at = target.closest(".task")?.dataset.task));
    this.addEventListener("htmx:afterSettle", () => this.goBack());
  }

  /** A row that was drawn anew keeps the focus that it had. */
  goBack() {
    const row = this.at && this.querySelector(`.task[data-task="${this.at}"]`);
    if (row && (document.activeElement === document.body || this.contains(document.activeElement))) row.querySelector(".task-check").focus();
    this.at = null;
  }

  key(event) {
    const row = event.target.closest(".task");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...this.querySelectorAll(".task")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && rows[rows.indexOf(row) + step];
    if (next) next.querySelector(".task-check").focus();
    else if (event.code === "KeyD") row.querySelector(".task-check").click();
    else if (event.code === "KeyO") row.querySelector(".task-title").click();
    else return;
    event.preventDefault();
  }
}

customElements.define("task-list", TaskList);
