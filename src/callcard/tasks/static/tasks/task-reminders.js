// <task-reminders>: reminders that wait to be seen, in every tab, until one of them puts them away.
import { remindAloud } from "../ui/alerts.js";
import { asking } from "../ui/asking.js";
import { post } from "../ui/post.js";
import { toast } from "../ui/toast.js";

class TaskReminders extends HTMLElement {
  look = asking(() => this.dataset.url, (html) => this.show(html));

  connectedCallback() {
    for (const kind of ["reminder", "tasks-changed", "resync", "hello"]) document.addEventListener(`live:${kind}`, () => this.look());
    this.addEventListener("click", ({ target }) => this.act(target.closest("[data-act]")));
    this.addEventListener("submit", (event) => this.pick(event));
    this.known = new Set();
    this.look();
  }

  show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const rows = [...fresh.querySelectorAll(".reminder")];
    const wanted = new Set(rows.map(({ dataset }) => dataset.reminder));
    for (const row of this.querySelectorAll(".reminder")) if (!wanted.has(row.dataset.reminder)) row.remove();
    for (const row of rows) if (!this.querySelector(`[data-reminder="${row.dataset.reminder}"]`)) this.add(row);
    this.hidden = rows.length === 0;
  }

  add(row) {
    this.prepend(row);
    if (this.known.has(row.dataset.reminder)) return;
    this.known.add(row.dataset.reminder);
    document.getElementById("announcer").textContent = `${this.dataset.word}: ${row.dataset.title}`;
    remindAloud({ key: row.dataset.reminder, title: row.dataset.title, body: row.dataset.body });
  }

  act(button) {
    if (button) this.send(button.dataset.act, button.dataset.for ? { for: button.dataset.for } : {}, button);
  }

  pick(event) {
    event.preventDefault();
    event.stopPropagation();
    this.send(event.target.getAttribute("action"), Object.fromEntries(new FormData(event.target)), event.target.querySelector("button"));
  }

  async send(url, fields, button) {
    button.disabled = true;
    try {
      await post(url, fields);
      this.look();
    } catch {
      toast(this.dataset.wordFailed);
    }
    button.disabled = false;
  }
}

customElements.define("task-reminders", TaskReminders);
