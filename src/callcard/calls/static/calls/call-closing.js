// <call-closing>: what came of a call and when to get in touch again. The form is fetched when somebody opens it.
import { post } from "../ui/post.js";
import { toast } from "../ui/toast.js";

const DAY_MS = 86_400_000;
const drafts = new Map(); // what is chosen and not yet sent: a card is drawn anew when its call changes

class CallClosing extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.details.addEventListener("toggle", () => this.details.open && this.open());
    this.addEventListener("submit", (event) => this.send(event));
    this.addEventListener("change", ({ target }) => target.name === "result" && this.suggest(target.selectedOptions[0].dataset.nextDays));
    this.addEventListener("input", () => this.keep());
    if (drafts.has(this.dataset.url)) this.details.open = true;
  }

  async open() {
    if (this.querySelector("form")) return;
    try {
      const response = await fetch(this.dataset.url, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      if (!response.ok) throw new Error(response.statusText);
      const form = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("form");
      for (const [name, value] of drafts.get(this.dataset.url) ?? []) if (form.elements[name]) form.elements[name].value = value;
      this.details.append(form);
      if (!drafts.has(this.dataset.url)) form.querySelector("select, input").focus();
    } catch {
      this.details.open = false;
      toast(this.dataset.wordFailed);
    }
  }

  keep() {
    const form = this.querySelector("form");
    if (form) drafts.set(this.dataset.url, new FormData(form));
  }

  /** The day that usually follows this result, unless somebody has chosen one. */
  suggest(days) {
    const field = this.querySelector('[name="next_on"]');
    if (!days || field.value) return;
    const day = new Date(Date.now() + Number(days) * DAY_MS);
    field.value = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
    this.keep();
  }

  /** With the note beside it, if there is one: one step for all three. */
  async send(event) {
    event.preventDefault();
    event.stopPropagation();
    const fields = Object.fromEntries(new FormData(event.target));
    const note = this.parentElement.querySelector('textarea[name="note"]');
    if (note) fields.note = note.value;
    try {
      await post(this.dataset.url, fields);
    } catch {
      return toast(this.dataset.wordFailed);
    }
    if (note) note.defaultValue = note.value;
    toast(this.dataset.wordSaved);
    drafts.delete(this.dataset.url);
    event.target.remove();
    this.details.open = false;
    this.dispatchEvent(new CustomEvent("call-closed", { bubbles: true }));
    return undefined;
  }
}

customElements.define("call-closing", CallClosing);
