// A table of records: select by click, shift, ctrl and keys; double click or Enter opens, C offers numbers; columns are drawn wider.
import { post } from "./post.js";

const WIDEST = 900;
const NARROWEST = 48;

class RecordList extends HTMLElement {
  connectedCallback() {
    this.table = this.querySelector("table");
    this.bulk = this.querySelector(".list-bulk");
    this.anchor = null;
    this.querySelectorAll("th[data-width]").forEach((head) => this.setWidth(head, head.dataset.width));
    this.table.addEventListener("click", (event) => this.click(event));
    this.table.addEventListener("dblclick", (event) => event.target.closest("a, input, button") || this.open(event.target.closest("tbody tr")));
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("pointerdown", (event) => event.target.matches("[data-grip]") && this.widen(event));
    this.bulk.querySelector("[data-select-none]").addEventListener("click", () => (this.only([]), this.rows[0]?.focus()));
    this.bulk.addEventListener("submit", () => this.fill());
    this.bulk.querySelector("[data-call]")?.addEventListener("click", () => this.offerNumbers(this.chosen[0]));
    this.tell();
  }

  get rows() {
    return [...this.table.tBodies[0].rows];
  }

  get chosen() {
    return this.rows.filter((row) => row.ariaSelected === "true");
  }

  set(row, isOn) {
    row.ariaSelected = String(isOn);
    row.querySelector(".list-pick input").checked = isOn;
  }

  only(rows) {
    this.rows.forEach((row) => this.set(row, rows.includes(row)));
    this.tell();
  }

  tell() {
    const number = this.chosen.length;
    const page = this.table.querySelector("[data-select-page]");
    page.checked = number > 0 && number === this.rows.length;
    page.indeterminate = number > 0 && !page.checked;
    this.bulk.hidden = number === 0;
    const call = this.bulk.querySelector("[data-call]");
    if (call) call.hidden = number !== 1;
    this.bulk.querySelector(".list-chosen").textContent = number ? this.dataset.wordSelected.replace("{number}", number) : "";
  }

  fill() {
    this.bulk.querySelectorAll("input[data-chosen]").forEach((field) => field.remove());
    this.chosen.forEach(({ dataset }) => {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: this.dataset.name, value: dataset.id });
      field.dataset.chosen = "";
      this.bulk.append(field);
    });
  }

  click(event) {
    if (event.target.matches("[data-select-page]")) return this.only(event.target.checked ? this.rows : []);
    const row = event.target.closest("tbody tr");
    if (!row || event.target.closest("a, button")) return undefined;
    if (event.shiftKey) getSelection().removeAllRanges();
    const isToggle = event.ctrlKey || event.metaKey || event.target.closest(".list-pick");
    this.stand(row);
    if (event.shiftKey && this.anchor) return this.only(this.between(this.anchor, row));
    this.anchor = row;
    if (!isToggle) return this.only([row]);
    this.set(row, row.ariaSelected !== "true");
    return this.tell();
  }

  between(one, other) {
    const [from, to] = [this.rows.indexOf(one), this.rows.indexOf(other)].sort((a, b) => a - b);
    return this.rows.slice(from, to + 1);
  }

  stand(row) {
    this.rows.forEach((each) => (each.tabIndex = each === row ? 0 : -1));
    row.focus();
  }

  /** The numbers of a row to choose from; without any in the row, the card has them. */
  offerNumbers(row) {
    const links = [...row.querySelectorAll('a[href^="tel:"]')];
    if (!links.length) return this.open(row);
    const offer = Object.assign(document.createElement("div"), { className: "list-call", role: "menu" });
    offer.append(...links.map((link) => this.asChoice(link, row)));
    const { bottom, left, right } = row.getBoundingClientRect();
    offer.style.insetBlockStart = `${bottom}px`;
    offer.style.insetInlineStart = `${(document.dir === "rtl" ? innerWidth - right : left) + 48}px`;
    offer.addEventListener("keydown", (event) => this.keyInOffer(event, row));
    offer.addEventListener("focusout", ({ relatedTarget }) => offer.contains(relatedTarget) || setTimeout(() => offer.remove()));
    this.append(offer);
    return offer.firstElementChild.focus();
  }

  asChoice(link, row) {
    const choice = Object.assign(document.createElement("button"), { type: "button", role: "menuitem" });
    choice.append(...link.cloneNode(true).childNodes);
    choice.addEventListener("click", () => (row.focus(), link.click()));
    return choice;
  }

  keyInOffer(event, row) {
    const choices = [...event.currentTarget.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choices.at((choices.indexOf(event.target) + step) % choices.length).focus();
    else if (event.key === "Escape") row.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  open(row) {
    row?.querySelector("a[data-window]").click();
  }

  key(event) {
    const row = event.target.closest("tbody tr");
    if (!row || event.target !== row || event.altKey) return;
    const at = this.rows.indexOf(row);
    const places = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: this.rows.length - 1 };
    if (event.key in places) {
      event.preventDefault();
      const to = this.rows[Math.max(0, Math.min(this.rows.length - 1, places[event.key]))];
      this.anchor ??= row;
      this.stand(to);
      if (event.shiftKey) this.only(this.between(this.anchor, to));
      else if (!event.ctrlKey) this.anchor = to;
    } else if (event.key === " ") {
      event.preventDefault();
      this.anchor = row;
      this.set(row, row.ariaSelected !== "true");
      this.tell();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.open(row);
    } else if (event.code === "KeyC" && !event.ctrlKey && !event.metaKey && !event.shiftKey && this.bulk.querySelector("[data-call]")) {
      event.preventDefault();
      this.offerNumbers(row);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.only(this.rows);
    } else if (event.key === "Escape" && this.chosen.length) {
      event.stopPropagation();
      this.only([]);
    }
  }

  /** The least too: a table that is wider than its window would else give no column more than its words need. */
  setWidth(head, pixels) {
    head.style.inlineSize = head.style.minInlineSize = `${pixels}px`;
  }

  /** Drag the edge of a column's head; the widths are kept for this user. */
  widen(event) {
    const head = event.target.closest("th");
    const [start, before] = [event.clientX, head.offsetWidth];
    const side = document.dir === "rtl" ? -1 : 1;
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    const move = ({ clientX }) => this.setWidth(head, Math.max(NARROWEST, Math.min(WIDEST, before + side * (clientX - start))));
    event.target.addEventListener("pointermove", move);
    event.target.addEventListener("pointerup", () => (event.target.removeEventListener("pointermove", move), this.keepWidths(head)), { once: true });
  }

  keepWidths(changed) {
    changed.dataset.width = changed.offsetWidth;
    const fields = new URLSearchParams();
    this.querySelectorAll("th[data-column]").forEach(({ dataset }) => {
      fields.append("column", dataset.column);
      if (dataset.width) fields.append(`width-${dataset.column}`, dataset.width);
    });
    post(this.dataset.columnsUrl, fields).catch(() => {});
  }
}

customElements.define("record-list", RecordList);

// One panel of a list is open at a time, and closes when one goes elsewhere.
document.addEventListener("pointerdown", ({ target }) => document.querySelectorAll(".list-panel[open]").forEach((panel) => panel.contains(target) || (panel.open = false)));
document.addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && event.target.closest?.(".list-panel[open]");
  if (!panel) return;
  event.stopPropagation();
  panel.open = false;
  panel.querySelector("summary").focus();
});
