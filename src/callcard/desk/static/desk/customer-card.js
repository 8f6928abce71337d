// <customer-card>: a customer's card. Values are changed where they stand; what colleagues change appears at once,
// except in what one is typing just now.
import { cancel, later } from "../ui/clock.js";
import { toast } from "../ui/toast.js";
import { FieldEditor, NoteEditor } from "./customer-field.js";
import { Timeline } from "./customer-timeline.js";

const BEAT_MS = 60_000;
const SOON_MS = 150; // several steps of one change are one look
const LATER_MS = 3000;
const TOAST_MS = 10_000;

class CustomerCard extends HTMLElement {
  connectedCallback() {
    this.customer = Number(this.dataset.customer);
    this.step = this.dataset.step;
    this.drawn = new Map(); // part -> its HTML as the server wrote it
    this.waiting = new Map(); // the same, for parts in which somebody types
    this.editor = null;
    this.lastStep = null; // what Alt+Z takes back
    this.changedBy = "";
    this.timeline = new Timeline(this);
    this.events = new AbortController();
    this.listen();
    this.beat();
  }

  disconnectedCallback() {
    this.events.abort();
    cancel(this.beating);
    cancel(this.refreshing);
    this.timeline.stop();
    this.leave();
  }

  listen() {
    const { signal } = this.events;
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("submit", (event) => this.submit(event), true);
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("change", (event) => event.target.matches("[data-portrait]") && this.sendPortrait(event.target));
    this.addEventListener("focusout", () => later(0, () => this.drawWaiting()));
    this.addEventListener("toggle", (event) => this.toggled(event.target), true);
    this.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
    this.addEventListener("drop", (event) => this.drop(event));
    document.addEventListener("pointerdown", () => (this.isPressing = true), { signal, capture: true });
    for (const kind of ["pointerup", "pointercancel"])
      document.addEventListener(kind, () => later(0, () => this.released()), { signal, capture: true });
    document.addEventListener("click", (event) => this.closeMenus(event.target), { signal });
    document.addEventListener("keydown", (event) => this.shortcut(event), { signal });
    for (const kind of ["window:active", "visibilitychange", "live:card-watchers", "live:line"])
      document.addEventListener(kind, ({ detail }) => (!detail?.customer || detail.customer === this.customer) && this.beat(), { signal });
    document.addEventListener("live:customer-changed", ({ detail }) => this.hear(detail), { signal });
    this.addEventListener("call-closed", () => this.refreshSoon(SOON_MS));
    document.addEventListener("live:popup", () => this.refreshSoon(LATER_MS), { signal });
    document.addEventListener("live:resync", () => this.refreshSoon(SOON_MS), { signal });
    addEventListener("pagehide", () => this.leave(), { signal });
  }

  get isOnScreen() {
    return this.isConnected && !document.hidden && !this.closest(".window")?.hidden;
  }

  // -- talking to the server -----------------------------------------------------------------------------------------

  /** {status, data}; status 0 when there is no connection. */
  async send(path, fields) {
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    const headers = { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" };
    try {
      const response = await fetch(path.startsWith("/") ? path : this.dataset.url + path, { method: "POST", body, headers, redirect: "error" });
      return { status: response.status, data: await response.json() };
    } catch {
      return { status: 0, data: { error: this.dataset.wordNotDone } };
    }
  }

  /** As send, and show what came of it. Whether it was done. */
  async act(path, fields) {
    const { status, data } = await this.send(path, fields);
    if (status === 200) this.show(data);
    else toast(data.error ?? this.dataset.wordNotDone);
    return status === 200;
  }

  /** The card after something was done on it. */
  show(data) {
    if (data.gone) {
      toast(data.words);
      return this.replaceChildren(Object.assign(document.createElement("p"), { className: "empty", textContent: this.dataset.wordGone }));
    }
    this.lastStep = data.undo ?? null;
    const choices = data.undo ? [[`${this.dataset.wordUndo} (Alt+Z)`, () => this.undo()]] : [];
    if (data.words) toast(data.words, choices, TOAST_MS);
    return this.draw(data);
  }

  undo() {
    const change = this.lastStep;
    this.lastStep = null;
    return change ? this.act("undo", { change, kind: this.timeline.kind }) : undefined;
  }

  // -- drawing -------------------------------------------------------------------------------------------------------

  draw({ parts, timeline, title, step }) {
    this.step = step ?? this.step;
    for (const [name, html] of Object.entries(parts)) if (this.drawn.get(name) !== html) this.waiting.set(name, html);
    this.drawWaiting();
    if (timeline !== undefined) this.timeline.merge(timeline);
    const body = this.closest(".window-body");
    if (!body || body.dataset.title === title) return;
    body.dataset.title = title;
    document.querySelector("window-bar")?.arrived(body.parentElement, false);
  }

  /** Parts in which nobody types get what is new; the field that is being typed in is told of it. */
  drawWaiting() {
    if (this.isPressing) return;
    for (const [name, html] of this.waiting) {
      const section = this.querySelector(`[data-part="${name}"]`);
      if (!section || this.isInUse(section)) {
        if (section && this.editor && section.contains(this.editor.place)) this.editor.noticeChange(html, this.changedBy);
        continue;
      }
      this.waiting.delete(name);
      this.drawn.set(name, html);
      this.replace(section, html);
    }
  }

  /** Nothing moves under a finger that is down: the click that it begins would land elsewhere. */
  released() {
    this.isPressing = false;
    this.editor?.released();
    this.drawWaiting();
  }

  isInUse(section) {
    const typed = [...section.querySelectorAll("form input, form textarea")].some((field) => field.value !== field.defaultValue);
    return typed || (this.editor?.isOpen && section.contains(this.editor.place));
  }

  replace(section, html) {
    const open = [...section.querySelectorAll("details[open][data-keep]")].map(({ dataset }) => dataset.keep);
    const key = section.contains(document.activeElement) ? document.activeElement.closest("[data-field]")?.dataset.field : null;
    const hadFocus = section.contains(document.activeElement);
    section.innerHTML = html;
    section.toggleAttribute("hidden", !section.childElementCount);
    for (const keep of open) section.querySelector(`details[data-keep="${CSS.escape(keep)}"]`)?.setAttribute("open", "");
    if (hadFocus && key) this.focusField(key);
  }

  focusField(key) {
    const button = this.querySelector(`[data-field="${CSS.escape(key)}"]`);
    const menu = button?.closest("details");
    if (menu && !menu.open) menu.querySelector("summary").focus();
    else button?.focus();
  }

  refreshSoon(wait) {
    cancel(this.refreshing);
    this.refreshing = later(wait, () => this.refresh());
  }

  async refresh() {
    if (!this.isOnScreen) return void (this.step = ""); // looked at anew when it is on the screen again
    try {
      const response = await fetch(`${this.dataset.url}parts?kind=${this.timeline.kind}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      if (response.status === 404) return this.show({ gone: true, words: "" });
      if (response.ok) this.draw(await response.json());
    } catch {
      this.step = ""; // the next beat tries again
    }
  }

  hear({ customer, by }) {
    if (customer !== this.customer) return;
    this.changedBy = by;
    this.refreshSoon(SOON_MS);
  }

  // -- who else is here ----------------------------------------------------------------------------------------------

  async beat() {
    cancel(this.beating);
    if (!this.isOnScreen || !this.isTold) return;
    this.beating = later(BEAT_MS, () => this.beat());
    const { status, data } = await this.send("presence", { here: "1" });
    if (status !== 200) return;
    const place = this.querySelector("[data-presence]");
    if (place && place.textContent !== data.words) place.textContent = data.words;
    if (place) place.hidden = !data.words;
    if (data.step !== this.step) this.refreshSoon(SOON_MS);
  }

  // Who sees as somebody else is not there in their name.
  get isTold() {
    return this.querySelector("[data-presence]") !== null;
  }

  leave() {
    if (!this.isTold) return;
    const headers = { "X-CSRFToken": document.body.dataset.csrf };
    fetch(`${this.dataset.url}presence`, { method: "POST", headers, keepalive: true }).catch(() => {});
  }

  // -- what a person does --------------------------------------------------------------------------------------------

  click(event) {
    const button = event.target.closest("button");
    if ("readsOnly" in this.dataset && button?.matches("[data-field], [data-switch], [data-remove]")) return;
    const { field, note, remove, switch: key, to, do: path } = button?.dataset ?? {};
    if (field) this.edit(new FieldEditor(this, button));
    else if (note) this.edit(new NoteEditor(this, button));
    else if (remove) this.act("rows/remove", { row: remove });
    else if (key) this.act("field", { field: key, new: to });
    else if (path) this.act(path, {});
  }

  /** Another value is edited only when the one before is saved, or has said what is wrong. */
  edit(editor) {
    this.editor = editor;
    editor.open();
  }

  async submit(event) {
    const form = event.target;
    const path = form.dataset.send ?? (form.dataset.add && "rows");
    if (!path) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const fields = Object.fromEntries(new FormData(form));
    if (form.dataset.add) fields.about = form.dataset.add;
    const { status, data } = await this.send(path, { ...fields, kind: fields.kind ?? this.timeline.kind });
    form.removeAttribute("aria-busy");
    if (status === 200) {
      form.reset();
      form.closest("details")?.removeAttribute("open");
      this.show(data);
    } else toast(data.error ?? this.dataset.wordNotDone);
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.dataset.send) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape") {
      const menu = event.target.closest("details[open]");
      if (!menu) return;
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }

  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || !this.isOnScreen) return;
    const ways = {
      KeyN: () => this.querySelector("[name=note]").focus(),
      KeyT: () => this.querySelector("[name=entry]").focus(),
      KeyP: () => this.callWay(),
      KeyZ: () => this.undo(),
    };
    if (!ways[event.code]) return;
    event.preventDefault();
    ways[event.code]();
  }

  callWay() {
    const way = this.querySelector("[data-call-way]");
    if (!way) return;
    way.focus();
    way.click();
    if (way.localName === "summary") way.parentElement.querySelector("a")?.focus();
  }

  closeMenus(target) {
    for (const menu of this.querySelectorAll(".ccard-menu[open]")) if (!menu.contains(target)) menu.open = false;
  }

  toggled(details) {
    if (details.open && details.matches("[data-keep^=add-]")) details.querySelector("input")?.focus();
  }

  async sendPortrait(input) {
    const body = new FormData();
    body.append("portrait", input.files[0]);
    await this.upload(this.dataset.portraitUrl, body);
  }

  drop(event) {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const body = new FormData();
    const isPhoto = event.target.closest?.(".ccard-portrait");
    for (const file of isPhoto ? files.slice(0, 1) : files) body.append(isPhoto ? "portrait" : "files", file);
    this.upload(isPhoto ? this.dataset.portraitUrl : this.dataset.files, body);
  }

  /** The answer is a window that says in words what came of it. */
  async upload(url, body) {
    try {
      const headers = { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" };
      const response = await fetch(url, { method: "POST", body, headers });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const words = [...page.querySelectorAll(".message")].map((each) => each.textContent).join(" ");
      if (words || !response.ok) toast(words || this.dataset.wordNotDone);
    } catch {
      toast(this.dataset.wordNotDone);
    }
    this.refresh();
  }
}

customElements.define("customer-card", CustomerCard);
