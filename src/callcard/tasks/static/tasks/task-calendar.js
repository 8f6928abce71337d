// <task-calendar>: a task goes to another day by dragging it, or with Alt and the arrows.
import { post } from "../ui/post.js";
import { toast } from "../ui/toast.js";

const DAY_MS = 86_400_000;
let focusAfter = null; // the task that was moved by key, in the calendar that is drawn anew

class TaskCalendar extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragstart", (event) => this.lift(event));
    this.addEventListener("dragend", () => this.mark(null));
    for (const kind of ["dragenter", "dragover"]) this.addEventListener(kind, (event) => this.hover(event));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("keydown", (event) => this.key(event));
    if (focusAfter) this.querySelector(`[data-task="${focusAfter}"]`)?.focus();
    focusAfter = null;
  }

  lift(event) {
    this.lifted = event.target.closest("[data-move]");
    if (!this.lifted) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.lifted.textContent.trim());
  }

  hover(event) {
    const day = event.target.closest(".calendar-day");
    if (!this.lifted || !day) return;
    event.preventDefault();
    this.mark(day);
  }

  mark(day) {
    this.querySelector(".is-aim")?.classList.remove("is-aim");
    day?.classList.add("is-aim");
    if (!day) this.lifted = null;
  }

  drop(event) {
    const [day, task] = [event.target.closest(".calendar-day"), this.lifted];
    if (!day || !task) return;
    event.preventDefault();
    this.mark(null);
    if (!day.contains(task)) this.move(task, day.dataset.day);
  }

  key(event) {
    const task = event.target.closest("[data-move]");
    const towards = document.dir === "rtl" ? -1 : 1;
    const steps = { ArrowRight: towards, ArrowLeft: -towards, ArrowDown: 7, ArrowUp: -7 };
    if (event.altKey && task && steps[event.key]) {
      event.preventDefault();
      focusAfter = task.dataset.task;
      this.move(task, dayAfter(task.closest(".calendar-day").dataset.day, steps[event.key]));
    } else if (!event.altKey && !event.ctrlKey && !event.metaKey) {
      const way = { PageUp: "earlier", PageDown: "later", Home: "today" }[event.key];
      if (way) event.preventDefault(), this.closest(".window-body").querySelector(`[data-calendar-go="${way}"]`).click();
    }
  }

  async move(task, on) {
    const section = this.closest(".window");
    try {
      await post(task.dataset.move, { on });
    } catch {
      focusAfter = null;
      return toast(this.dataset.wordFailed);
    }
    const words = new Date(`${on}T12:00`).toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
    toast(this.dataset.wordMoved.replace("{day}", words));
    return window.htmx.ajax("GET", this.closest(".window-body").dataset.url, { target: section, swap: "innerHTML", source: section });
  }
}

/** The day so many days later, both written as 2026-11-22. */
function dayAfter(day, days) {
  return new Date(Date.parse(`${day}T12:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

customElements.define("task-calendar", TaskCalendar);
