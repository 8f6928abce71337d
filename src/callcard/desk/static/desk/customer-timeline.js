// The timeline of a customer's card: further pages when one comes near them, one kind only, and what is new on top.
export class Timeline {
  constructor(card) {
    this.card = card;
    this.kind = "";
    this.list = card.querySelector("[data-entries]");
    this.asked = 0;
    this.near = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && this.more(), { rootMargin: "300px" });
    card.addEventListener("click", (event) => this.click(event));
    card.addEventListener("pointerover", ({ target }) => target.closest(".entry time:not([title])")?.setAttribute("title", this.moment(target)));
    this.watch();
  }

  stop() {
    this.near.disconnect();
  }

  moment(time) {
    return new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "medium" });
  }

  get button() {
    return this.list.querySelector("[data-after]");
  }

  watch() {
    this.near.disconnect();
    if (this.button) this.near.observe(this.button);
  }

  click(event) {
    if (event.target.closest("[data-after]")) this.more();
    const filter = event.target.closest("[data-kind-filter]");
    if (filter) this.narrow(filter);
  }

  async fetch(after) {
    const query = new URLSearchParams({ kind: this.kind, after });
    const response = await fetch(`${this.card.dataset.url}timeline?${query}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  }

  /** The next page in the place of its button. */
  async more() {
    const { button } = this;
    if (!button || button.disabled) return;
    button.disabled = true;
    const hadFocus = document.activeElement === button;
    const asked = this.asked;
    try {
      const html = await this.fetch(button.dataset.after);
      if (asked !== this.asked || !button.isConnected) return;
      const row = button.parentElement;
      const last = row.previousElementSibling;
      row.insertAdjacentHTML("afterend", html);
      row.remove();
      if (hadFocus) (last?.nextElementSibling?.querySelector("a, button"))?.focus();
      this.watch();
    } catch {
      button.disabled = false; // pressed again, it tries again
    }
  }

  async narrow(filter) {
    this.kind = filter.dataset.kindFilter;
    for (const each of this.card.querySelectorAll("[data-kind-filter]")) each.setAttribute("aria-pressed", String(each === filter));
    const asked = ++this.asked;
    try {
      const html = await this.fetch("");
      if (asked !== this.asked) return;
      this.list.innerHTML = html;
      this.watch();
    } catch {
      filter.setAttribute("aria-pressed", "false");
    }
  }

  /** The first page anew: what is new or different takes its place; pages below and a note being changed stay. */
  merge(html) {
    const fresh = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
    const rows = [...fresh.querySelectorAll("[data-entry]")];
    let before = null;
    for (const row of rows) {
      const there = this.list.querySelector(`[data-entry="${row.dataset.entry}"]`);
      const isInUse = there?.querySelector(".cv-editor, .is-playing");
      const now = isInUse ? there : row;
      if (there && !isInUse && there.outerHTML === row.outerHTML) before = there;
      else {
        if (there && !isInUse) there.remove();
        if (before) before.after(now);
        else this.list.prepend(now);
        before = now;
      }
    }
    if (before) this.dropMissing(new Set(rows.map(({ dataset }) => dataset.entry)), before);
    this.list.querySelector(".entry-none")?.remove();
    if (!this.list.children.length) this.list.innerHTML = html;
  }

  /** Of the first page, what is there no more. */
  dropMissing(keys, last) {
    for (let row = last.previousElementSibling; row; ) {
      const above = row.previousElementSibling;
      if (row.dataset.entry && !keys.has(row.dataset.entry)) row.remove();
      row = above;
    }
  }
}
