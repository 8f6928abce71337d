// <order-lines>: the lines of an order while they are typed. The server says what they come to; Enter adds a line.
const FIGURES_AFTER_MS = 120;
const FIND_AFTER_MS = 90;

class OrderLines extends HTMLElement {
  connectedCallback() {
    this.body = this.querySelector("tbody");
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("change", () => this.figureSoon());
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("focusout", (event) => event.target.name === "line_title" && setTimeout(() => this.closeList(), 150));
    this.form?.addEventListener("keydown", (event) => this.send(event));
    const [first] = this.rows;
    if (first && !first.querySelector("[name=line_title]").value) first.querySelector("[name=line_title]").focus();
  }

  get form() {
    return this.closest("form");
  }

  get rows() {
    return [...this.body.querySelectorAll(".order-line")];
  }

  // -- lines ---------------------------------------------------------------------------------------------------------

  add() {
    const row = this.querySelector("template").content.querySelector("tr").cloneNode(true);
    this.body.append(row);
    row.querySelector("[name=line_title]").focus();
  }

  drop(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (near) near.querySelector("[name=line_title]").focus();
    else this.add();
    this.figureSoon();
  }

  click({ target }) {
    if (target.closest("[data-add]")) this.add();
    if (target.closest("[data-drop]")) this.drop(target.closest("tr"));
    const option = target.closest("[role=option]");
    if (option) this.choose(option);
  }

  key(event) {
    const row = event.target.closest(".order-line");
    if (!row || event.ctrlKey || event.metaKey) return;
    if (this.list && this.keyInList(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const next = row.nextElementSibling;
    if (next) next.querySelector("[name=line_title]").focus();
    else if (row.querySelector("[name=line_title]").value.trim()) this.add();
    else this.form.querySelector(".order-fields :is(input, select, textarea)").focus();
  }

  send(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector("[type=submit]"));
  }

  typed(event) {
    this.forgive(event.target.closest("tr[data-wrong]"));
    if (event.target.name === "line_title") {
      event.target.closest("tr").querySelector("[name=line_product]").value = "";
      clearTimeout(this.finding);
      this.finding = setTimeout(() => this.find(event.target), FIND_AFTER_MS);
    }
    if (event.target.name?.startsWith("line_") || event.target.dataset.figure !== undefined) this.figureSoon();
  }

  /** What was wrong with a line is not said any more while it is being put right; the server looks again. */
  forgive(row) {
    if (!row) return;
    delete row.dataset.wrong;
    row.querySelectorAll(".wrong").forEach((words) => words.remove());
    row.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    if (!this.form.querySelector(".wrong")) this.form.querySelectorAll(".message-error").forEach((words) => words.remove());
  }

  // -- products as you type ------------------------------------------------------------------------------------------

  async find(input) {
    const words = input.value.trim();
    if (!words) return this.closeList();
    const asked = new URLSearchParams({ q: words, currency: this.form.elements.currency.value });
    const answer = await fetch(`${this.dataset.products}?${asked}`, { headers: { "X-Callcard-Window": "1" } }).catch(() => null);
    if (!answer?.ok || input.value.trim() !== words || document.activeElement !== input) return undefined;
    return this.openList(input, (await answer.json()).products, words);
  }

  openList(input, products, words) {
    this.closeList();
    const list = Object.assign(document.createElement("ul"), { className: "product-choice", id: "product-choice" });
    list.setAttribute("role", "listbox");
    for (const product of products) list.append(this.option(product.name, [product.code, product.shown], product));
    const isKnown = products.some(({ name }) => name.toLowerCase() === words.toLowerCase());
    if (!isKnown) list.append(this.option(this.dataset.wordNew.replace("{name}", words), [], { id: "new", name: words }));
    input.closest("td").append(list);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    this.list = list;
    if (products.length) this.mark(list.firstElementChild);
  }

  option(name, more, product) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `product-${product.id}`;
    item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
    for (const text of more.filter(Boolean)) item.append(Object.assign(document.createElement("span"), { className: "quiet", textContent: text }));
    item.product = product;
    return item;
  }

  mark(item) {
    this.list.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    this.list.closest("td").querySelector("input[name=line_title]").setAttribute("aria-activedescendant", item?.id ?? "");
  }

  keyInList({ key }) {
    const items = [...this.list.children];
    const now = items.findIndex((item) => item.getAttribute("aria-selected"));
    if (key === "ArrowDown" || key === "ArrowUp") this.mark(items.at((now + (key === "ArrowDown" ? 1 : -1) + items.length) % items.length));
    else if (key === "Escape") this.closeList();
    else if (key === "Enter" && now >= 0) this.choose(items[now]);
    else return false;
    return true;
  }

  choose(item) {
    const row = item.closest("tr");
    const { id, name, unit, price, tax } = item.product;
    const field = (column) => row.querySelector(`[name=line_${column}]`);
    field("product").value = id;
    field("title").value = name;
    if (unit) field("unit").value = unit;
    if (price) field("price").value = price;
    if (tax) field("tax").value = tax;
    this.closeList();
    const next = price ? field("quantity") : field("price");
    next.focus();
    next.select();
    this.figureSoon();
  }

  closeList() {
    if (!this.list) return;
    this.list.closest("td").querySelector("[name=line_title]").setAttribute("aria-expanded", "false");
    this.list.remove();
    this.list = null;
  }

  // -- what it comes to ----------------------------------------------------------------------------------------------

  figureSoon() {
    clearTimeout(this.figuring);
    this.figuring = setTimeout(() => this.figure(), FIGURES_AFTER_MS);
  }

  async figure() {
    const rows = this.rows;
    const sent = new URLSearchParams(new FormData(this.form));
    const round = (this.round = (this.round ?? 0) + 1);
    const headers = { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" };
    const answer = await fetch(this.dataset.figures, { method: "POST", body: sent, headers }).catch(() => null);
    if (!answer?.ok || round !== this.round) return;
    this.show(await answer.json(), rows.filter((row) => this.isTyped(row)), rows);
  }

  /** As the server takes it: a line with a name, a price or a product. */
  isTyped(row) {
    return ["title", "price", "product"].some((column) => row.querySelector(`[name=line_${column}]`).value.trim());
  }

  show({ amounts, less, wrong, wrong_discount, goods, discount, taxes, total }, typed, rows) {
    for (const row of rows) {
      const at = typed.indexOf(row);
      row.querySelector("[data-amount]").textContent = amounts[at] ?? "";
      row.querySelector("[data-less]").textContent = less[at] ?? "";
      this.tell(row.querySelector("[name=line_title]"), wrong[at] ?? "");
    }
    this.tell(this.form.elements.discount, wrong_discount);
    this.sum("goods", goods, discount || taxes.length);
    this.sum("discount", discount, discount);
    this.sum("tax", taxes.map(([rate, amount]) => `${rate}: ${amount}`).join("  "), taxes.length);
    this.sum("total", typed.length ? total : this.dataset.total ?? total, true); // of an order without lines only that is known
  }

  /** Why what is typed counts for nothing yet; else the total would leave it out without a word. */
  tell(field, words) {
    const told = field.parentElement.querySelector(".wrong");
    if (words === (told?.textContent.trim() ?? "")) return;
    told?.remove();
    field.removeAttribute("aria-invalid");
    if (!words) return;
    field.setAttribute("aria-invalid", "true");
    field.parentElement.append(Object.assign(document.createElement("p"), { className: "wrong", role: "alert", textContent: words }));
  }

  sum(name, text, isShown) {
    const place = this.querySelector(`[data-sum=${name}]`);
    place.hidden = !isShown;
    place.querySelector("dd").textContent = text;
  }
}

/** <customer-choice>: whom a new order is for. */
class CustomerChoice extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.found = this.querySelector("ul");
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.find(), FIND_AFTER_MS);
    });
    this.input.addEventListener("keydown", (event) => event.key === "Enter" && this.enter());
    this.found.addEventListener("click", ({ target }) => this.choose(target.closest("[data-customer]")));
    this.input.focus();
  }

  async find() {
    const words = this.input.value.trim();
    const answer = await fetch(`${this.dataset.url}?${new URLSearchParams({ q: words })}`, { headers: { "X-Callcard-Window": "1" } }).catch(() => null);
    if (!answer?.ok || this.input.value.trim() !== words) return;
    this.found.innerHTML = await answer.text();
    if (words && !this.found.children.length) this.found.textContent = this.dataset.wordNone;
  }

  /** The first that is found for what stands there now, even when Enter came before the answer. */
  async enter() {
    clearTimeout(this.waiting);
    await this.find();
    this.choose(this.found.querySelector("[data-customer]"));
  }

  choose(item) {
    if (!item) return;
    const url = this.dataset.to + item.dataset.customer;
    const section = this.closest(".window");
    if (section) window.htmx.ajax("GET", url, { target: section, swap: "innerHTML", source: section });
    else location.assign(url);
  }
}

customElements.define("order-lines", OrderLines);
customElements.define("customer-choice", CustomerChoice);
