// What a person does in <popup-stack>: by mouse, finger or keyboard.
import { copyText } from "./copy-text.js";
import { post } from "./post.js";
import { toast } from "./toast.js";

const TOO_SOON_MS = 250; // a click this soon was meant for the card that was there before

export class PopupActions {
  constructor(stack) {
    this.stack = stack;
    stack.addEventListener("click", (event) => this.click(event), true);
    stack.addEventListener("submit", (event) => this.saveNote(event));
    stack.addEventListener("input", (event) => event.target.matches("[data-find]") && this.find(event.target));
    stack.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.shortcut(event));
  }

  click(event) {
    const { stack } = this;
    if (event.detail && stack.card.contains(event.target) && performance.now() - stack.openedAt < TOO_SOON_MS && !stack.pinned)
      return void (event.preventDefault(), event.stopPropagation());
    const copied = event.target.closest("[data-copy]");
    if (copied) return void this.copy(copied);
    const button = event.target.closest("button[data-do]");
    if (!button) return undefined;
    const call = Number(button.closest("[data-call]").dataset.call);
    const { do: what, customer } = button.dataset;
    if (what === "close") stack.close(call);
    else if (what === "fold") stack.fold();
    else if (what === "unfold") stack.unfold(call);
    else this.decide(call, what, { customer });
    return undefined;
  }

  /** Who it is: chosen among several, or the number added to somebody. The answer is the new card. */
  async decide(call, what, fields) {
    try {
      const html = await post(`/desk/popups/${call}/${what}`, fields);
      const entry = this.stack.calls.get(call);
      if (!entry) return;
      entry.html = html;
      if (this.stack.openCall === call) {
        this.stack.card.querySelectorAll("input").forEach((field) => (field.value = field.defaultValue));
        this.stack.replaceCard(entry);
        this.stack.showTimers();
      }
    } catch {
      toast(this.stack.dataset.wordFailed);
    }
  }

  async saveNote(event) {
    event.preventDefault();
    const field = event.target.elements.note;
    const call = Number(event.target.closest("[data-call]").dataset.call);
    const note = field.value;
    if (await this.sendNote(call, note)) field.defaultValue = note; // what was typed meanwhile is not saved yet
  }

  /** Returns whether it is saved; the person is told either way. The answer is the card with the note in it. */
  async sendNote(call, note) {
    try {
      const html = await post(`/desk/popups/${call}/note`, { note });
      const entry = this.stack.calls.get(call);
      if (entry) entry.html = html;
      this.stack.line?.tell("popup-noted", { call, html });
      toast(this.stack.dataset.wordSaved);
      return true;
    } catch {
      toast(this.stack.dataset.wordFailed);
      return false;
    }
  }

  find(field) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.lookUp(field), 150);
  }

  async lookUp(field) {
    const list = field.closest(".popup-ask").querySelector("[data-found]");
    const wanted = field.value.trim();
    const response = wanted && (await fetch(`/customers/find?q=${encodeURIComponent(wanted)}`, { headers: { "X-Callcard-Window": "1" } }).catch(() => null));
    if (field.value.trim() !== wanted) return; // typed on meanwhile
    if (wanted && !response?.ok) return void toast(this.stack.dataset.wordFailed); // not the same as nobody found
    const found = document.createElement("template");
    found.innerHTML = response ? await response.text() : "";
    const choices = [...found.content.querySelectorAll("[data-customer]")].map(asChoice);
    if (wanted && !choices.length) choices.push(Object.assign(document.createElement("li"), { className: "quiet", textContent: this.stack.dataset.wordNone }));
    list.replaceChildren(...choices);
    field.setAttribute("aria-expanded", String(choices.length > 0));
  }

  key(event) {
    if (event.key === "Escape") {
      const call = event.target.closest("[data-call]")?.dataset.call;
      if (!call || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      const isForAnother = performance.now() - this.stack.focusPassedAt < TOO_SOON_MS;
      if (!isForAnother) this.stack.close(Number(call));
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.name === "note") {
      event.target.form.requestSubmit();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(event);
  }

  /** Up and down among the choices and lines. */
  move(event) {
    if (event.target.matches("textarea")) return;
    const stops = [...this.stack.querySelectorAll(".popup-find input, .choices button, .popup-unfold")];
    const at = stops.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    stops[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }

  shortcut(event) {
    const run = { KeyC: () => this.stack.focusCard(), KeyX: () => this.foldOrUnfold() }[event.code];
    if (!run || !event.altKey || event.ctrlKey || event.metaKey || !this.stack.calls.size) return;
    event.preventDefault();
    if (!this.stack.contains(document.activeElement)) this.stack.cameFrom = document.activeElement;
    run();
  }

  /** From wherever one works, and one goes on working there. */
  foldOrUnfold() {
    const { stack } = this;
    const hadFocus = stack.contains(document.activeElement);
    if (stack.openCall === null) stack.openNewest();
    else stack.fold();
    if (hadFocus && stack.cameFrom?.isConnected) stack.cameFrom.focus();
  }

  async copy(button) {
    await copyText(button.dataset.copy);
    button.dataset.done = "";
    toast(this.stack.dataset.wordCopied);
    setTimeout(() => delete button.dataset.done, 1500);
  }
}

function asChoice(found) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.do = "add-number";
  button.dataset.customer = found.dataset.customer;
  button.append(...found.cloneNode(true).childNodes);
  item.append(button);
  return item;
}
