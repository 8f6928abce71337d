// Search as one types: a combobox whose options come from the server. `data-url` answers ?q=… with [role="option"] links.
const WAIT_MS = 90;

export class SearchBox extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[role=combobox]");
    this.list = this.querySelector('[role="listbox"]');
    this.field.addEventListener("input", () => this.soon());
    this.field.addEventListener("focus", () => this.list.childElementCount && this.field.value.trim() && this.show(true));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => event.button === 0 && event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", (event) => event.target.closest("a") && this.close());
    this.querySelector("form")?.addEventListener("submit", () => this.close());
    document.addEventListener("pointerdown", (event) => this.contains(event.target) || this.show(false));
    this.addEventListener("focusout", (event) => event.relatedTarget && !this.contains(event.relatedTarget) && this.show(false));
  }

  get options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  get chosen() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  soon() {
    clearTimeout(this.waiting);
    if (!this.field.value.trim()) return this.close();
    this.waiting = setTimeout(() => this.look(), WAIT_MS);
    return undefined;
  }

  async look() {
    this.asked?.abort();
    this.asked = new AbortController();
    const wanted = this.field.value.trim();
    try {
      const url = new URL(this.dataset.url, document.baseURI);
      url.searchParams.set("q", wanted);
      const response = await fetch(url, { headers: { "X-Callcard-Window": "1" }, signal: this.asked.signal, redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      this.list.innerHTML = await response.text();
      this.arrived();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.list.replaceChildren(Object.assign(document.createElement("p"), { className: "search-count", textContent: this.dataset.wordFailed }));
    }
    if (this.field.value.trim() === wanted && document.activeElement === this.field) this.show(true);
  }

  arrived() {}

  show(isOpen) {
    this.list.hidden = !isOpen;
    this.field.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.choose(null);
  }

  close() {
    clearTimeout(this.waiting);
    this.asked?.abort();
    this.show(false);
  }

  choose(option) {
    this.chosen?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key] && this.options.length) {
      event.preventDefault();
      if (this.list.hidden) this.show(true);
      const at = this.options.indexOf(this.chosen);
      const to = at < 0 ? (event.key === "ArrowDown" ? 0 : this.options.length - 1) : at + steps[event.key];
      this.choose(this.options[to] ?? null);
    } else if (event.key === "Enter" && this.chosen && !this.list.hidden) {
      event.preventDefault();
      this.chosen.click();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.show(false);
    }
  }
}

customElements.define("search-box", SearchBox);
