// <call-closing>: what came of a call and when to get in touch again. The form is fetched when somebody opens it.
import { post } from "../ui/post.js";
import { toast } from "../ui/toast.js";

const DAY_MS = 86_400_000;
const drafts = new Map(); // what is chosen and not yet sent: a card is drawn anew when its call changes

class CallClosing extends HTMLElement {
  connectedCallback() {
    if (this.details) return; // moved within the page
    this.details = this.querySelector("details");
    this.addEventListener("change", ({ target }) => target.name === "result" && this.suggest(target.selectedOptions[0].dataset.nextDays));
    if (!this.details) return; // its fields are part of another form
    this.details.addEventListener("toggle", () => this.details.open && this.open());
    this.addEventListener("submit", (event) => this.send(event));
    this.addEventListener("input", () => this.keep());
    if (drafts.has(this.dataset.url)) this.details.open = true;
    else if (this.details.open) this.open({ isAsked: false });
  }

  async open({ isAsked = true } = {}) {
    if (this.querySelector("form") || this.isComing) return;
    this.isComing = true;
    try {
      const response = await fetch(this.dataset.url, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      if (!response.ok) throw new Error(response.statusText);
      const form = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("form");
      fill(form, drafts.get(this.dataset.url));
      this.details.append(form);
      if (isAsked && !drafts.has(this.dataset.url)) form.querySelector("textarea, select, input:not([type=hidden])").focus();
    } catch {
      this.details.open = false;
      toast(this.dataset.wordFailed);
    }
    this.isComing = false;
  }

  keep() {
    const form = this.details && this.querySelector("form");
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
    const fields = new FormData(event.target);
    const note = event.target.elements.note ?? this.parentElement.querySelector('textarea[name="note"]');
    if (note) fields.set("note", note.value);
    try {
      await post(this.dataset.url, fields);
    } catch ({ words }) {
      return toast(words || this.dataset.wordFailed);
    }
    if (note) note.defaultValue = note.value;
    toast(this.dataset.wordSaved);
    drafts.delete(this.dataset.url);
    event.target.remove();
    this.details.open = false;
    this.dispatchEvent(new CustomEvent("call-closed", { bubbles: true }));
    this.drawAnew();
    return undefined;
  }

  /** What shows the call follows: its own window, a list that it leaves, the dialog that asked. */
  drawAnew() {
    const [row, section] = [this.closest("[data-call-row]"), this.closest(".window")];
    if (row) row.remove();
    else if (this.closest(".call-window") && section) window.htmx.ajax("GET", this.closest(".window-body").dataset.url, { target: section, swap: "innerHTML", source: section });
    this.closest("dialog")?.close();
  }
}

/** Put back what was chosen before the form was drawn anew. */
function fill(form, draft) {
  if (!draft) return;
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = draft.getAll(field.name).includes(field.value);
    else if (field.name && draft.has(field.name)) field.value = draft.get(field.name);
  }
}

customElements.define("call-closing", CallClosing);

// Where every talk needs a result: who closes the card or leaves the call's window without one is asked for it.
document.addEventListener("call:unfinished", ({ detail }) => ask(detail));
document.addEventListener("window:closing", ({ target }) => {
  const url = target.querySelector("[data-needs-result]")?.dataset.needsResult;
  if (url) ask(url);
});

async function ask(url) {
  const response = await fetch(`${url}?ask=1`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" }).catch(() => null);
  if (!response?.ok || response.status === 204) return; // it stays among the calls without a result
  document.querySelectorAll("dialog.call-ask").forEach((other) => other.remove());
  const dialog = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("dialog");
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-later]").addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.show(); // nothing is covered: the next call may ring at any moment
  dialog.querySelector("select")?.focus();
}
