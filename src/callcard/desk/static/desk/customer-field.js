// A value of a customer's card while somebody changes it. Nothing that was typed goes before it is saved or given up.
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** Takes the place of `button` until it is saved or given up. */
class Editor {
  constructor(card, button) {
    this.card = card;
    this.button = button;
    this.place = element("span", { className: "cv-editor" });
    this.isOpen = false;
    this.isSaving = false;
    this.refused = null; // the value that the server did not take
    this.place.addEventListener("keydown", (event) => this.key(event));
    this.place.addEventListener("focusout", (event) => this.left(event));
  }

  open() {
    this.isOpen = true;
    this.button.hidden = true;
    this.hint = element("span", { className: "cv-hint quiet", id: `cv-hint-${Date.now()}`, textContent: this.card.dataset[this.isLong ? "wordKeysLong" : "wordKeys"] });
    this.wrong = element("span", { className: "cv-wrong wrong" });
    this.wrong.setAttribute("role", "alert");
    this.field = this.makeField();
    this.place.replaceChildren(this.field, this.hint, this.wrong);
    this.button.after(this.place);
    this.first = this.value;
    this.focus();
  }

  get isLong() {
    return false;
  }

  get value() {
    return this.field.value;
  }

  focus() {
    this.field.focus();
    this.field.select?.();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close(true);
    } else if (event.key === "Enter" && !event.target.matches("button") && (!this.isLong || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.save({ isByKey: true });
    }
  }

  /** Leaving the field saves it, unless there is something to decide first. */
  left(event) {
    if (this.place.contains(event.relatedTarget) || !this.isOpen || this.conflict) return;
    if (this.refused !== null && this.refused === this.value) return;
    if (this.card.isPressing) this.wasLeft = true;
    else this.save({ isByKey: false });
  }

  released() {
    if (!this.wasLeft) return;
    this.wasLeft = false;
    if (this.isOpen && !this.place.contains(document.activeElement)) this.save({ isByKey: false });
  }

  async save({ isByKey }) {
    if (this.isSaving) return;
    if (this.value === this.first && !this.conflict) return this.close(isByKey);
    this.isSaving = true;
    this.place.setAttribute("aria-busy", "true");
    const sent = this.value;
    const { status, data } = await this.send();
    this.isSaving = false;
    this.place.removeAttribute("aria-busy");
    if (status === 200) {
      const goesBack = isByKey && (this.place.contains(document.activeElement) || document.activeElement === document.body);
      this.close(false);
      this.card.show(data);
      if (goesBack) this.card.focusField(this.key_);
      return;
    }
    this.refused = sent;
    if (status === 409) this.showConflict(data);
    else this.showWrong(status === 0 ? this.card.dataset.wordFailed : (data.error ?? this.card.dataset.wordNotDone));
  }

  showWrong(words) {
    this.wrong.textContent = words;
    this.field.setAttribute("aria-invalid", "true");
  }

  close(takesFocus) {
    this.isOpen = false;
    this.conflict = null;
    this.place.remove();
    this.button.hidden = false;
    if (this.card.editor === this) this.card.editor = null;
    if (takesFocus) this.button.focus();
    this.card.drawWaiting();
    if (takesFocus && !this.button.isConnected) this.card.focusField(this.key_);
  }

  showConflict() {}

  noticeChange() {}
}

/** One field of the customer, or of a number, contact, person or address. */
export class FieldEditor extends Editor {
  constructor(card, button) {
    super(card, button);
    Object.assign(this, { key_: button.dataset.field, kind: button.dataset.kind, held: button.dataset.held });
  }

  get isLong() {
    return this.kind === "long";
  }

  get value() {
    if (this.kind !== "choices") return this.field.value;
    if (!this.boxes) return this.held;
    return this.boxes.filter((box) => box.checked).map((box) => box.value).join(",");
  }

  makeField() {
    const label = this.button.dataset.label;
    if (this.kind === "choice" || this.kind === "choices") return this.makeChoice(label);
    const name = this.isLong ? "textarea" : "input";
    const field = element(name, { className: "form-control", value: this.button.dataset.typed, autocomplete: "off" });
    if (this.isLong) field.rows = Math.min(12, Math.max(3, field.value.split("\n").length + 1));
    else field.type = this.kind === "date" ? "date" : "text";
    if (this.kind !== "date") field.dir = /\.(raw|value)$/.test(this.key_) ? "ltr" : "auto";
    field.setAttribute("aria-label", label);
    field.setAttribute("aria-describedby", this.hint.id);
    return field;
  }

  makeChoice(label) {
    const isOne = this.kind === "choice";
    const field = isOne ? element("select", { className: "form-select" }) : element("span", { className: "cv-choices", tabIndex: -1 });
    field.setAttribute("aria-label", label);
    if (isOne) {
      field.append(new Option(this.button.textContent, this.held, true, true));
      field.addEventListener("keydown", () => (this.byKey = true));
      field.addEventListener("pointerdown", () => (this.byKey = false));
      field.addEventListener("change", () => !this.byKey && this.save({ isByKey: true }));
    } else field.setAttribute("role", "group");
    this.offer(field, isOne);
    return field;
  }

  /** What can be chosen comes from the server: lists may have changed since the card was drawn. */
  async offer(field, isOne) {
    let options;
    try {
      const response = await fetch(`${this.card.dataset.url}field?field=${encodeURIComponent(this.key_)}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      ({ options } = await response.json());
    } catch {
      options = null;
    }
    if (!this.isOpen) return;
    if (!options) return void this.showWrong(this.card.dataset.wordNotDone);
    if (isOne) field.replaceChildren(...options.map(([value, name]) => new Option(name, value, value === this.held, value === this.held)));
    else this.offerSeveral(field, options);
  }

  offerSeveral(field, options) {
    const chosen = new Set(this.held.split(","));
    const rows = options.map(([value, name]) => {
      const box = element("input", { type: "checkbox", className: "form-check-input", value, checked: chosen.has(value) });
      return element("label", {}, box, element("bdi", { textContent: name }));
    });
    this.boxes = rows.map((row) => row.firstElementChild);
    this.first = this.value;
    field.replaceChildren(...rows);
    (this.boxes[0] ?? field).focus();
  }

  send() {
    const values = this.kind === "choices" ? this.value.split(",") : [this.value];
    const fields = [["field", this.key_], ["old", this.held], ["kind", this.card.timeline.kind], ...values.map((value) => ["new", value])];
    return this.card.send("field", fields);
  }

  /** Somebody else was faster: both values are shown, and one decides. */
  showConflict({ held, shown, words }) {
    const { wordNow, wordMine, wordKeepMine, wordTakeTheirs, wordNothing } = this.card.dataset;
    const mine = this.kind === "choices" ? this.boxes?.filter((box) => box.checked).map((box) => box.parentElement.textContent).join(", ") : (this.field.selectedOptions?.[0].textContent ?? this.field.value);
    const line = (word, value) => element("p", {}, `${word}: `, element("bdi", { className: "cv-value", textContent: value || wordNothing }));
    const keep = element("button", { type: "button", className: "btn btn-sm btn-primary", textContent: wordKeepMine });
    const take = element("button", { type: "button", className: "btn btn-sm", textContent: wordTakeTheirs });
    keep.addEventListener("click", () => {
      this.held = held;
      this.save({ isByKey: true });
    });
    take.addEventListener("click", () => {
      this.close(true);
      this.card.refresh();
    });
    this.conflict?.remove();
    this.conflict = element("div", { className: "cv-conflict" }, element("p", {}, words), line(wordNow, shown), line(wordMine, mine), keep, take);
    this.conflict.setAttribute("role", "alert");
    this.wrong.textContent = "";
    this.place.append(this.conflict);
    this.conflict.scrollIntoView({ block: "nearest" });
  }

  /** The card behind has changed while one types here. */
  noticeChange(html, by) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(`[data-field="${CSS.escape(this.key_)}"]`);
    if (!fresh || fresh.dataset.held === this.held || this.isSaving || this.noticed === fresh.dataset.held) return;
    this.noticed = fresh.dataset.held;
    const { wordChangedBy, wordSomebody } = this.card.dataset;
    const shown = fresh.classList.contains("is-empty") ? "" : fresh.textContent;
    this.showConflict({ held: fresh.dataset.held, shown, words: wordChangedBy.replace("{who}", by || wordSomebody) });
  }
}

/** A note on the timeline; emptied, it goes. */
export class NoteEditor extends Editor {
  get isLong() {
    return true;
  }

  makeField() {
    this.key_ = "";
    const field = element("textarea", { className: "form-control", value: this.button.textContent, rows: 3, dir: "auto", maxLength: 5000 });
    field.setAttribute("aria-label", this.button.getAttribute("aria-label"));
    return field;
  }

  send() {
    return this.card.send("note", { note: this.value, "note-id": this.button.dataset.note, kind: this.card.timeline.kind });
  }
}
