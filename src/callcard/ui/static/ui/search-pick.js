// <search-pick>: a field of a form in which one finds a record by typing. What is chosen is kept in the hidden field.
import { SearchBox } from "./search-box.js";

class SearchPick extends SearchBox {
  connectedCallback() {
    super.connectedCallback();
    this.kept = this.querySelector("input[type=hidden]");
    this.field.addEventListener("input", () => (this.kept.value = ""));
    this.list.addEventListener("click", (event) => this.pick(event), true);
  }

  /** Enter takes who is marked, else the first who is found: the form is not sent with half a name. */
  key(event) {
    const isAsked = event.key === "Enter" && !event.isComposing && !this.kept.value && this.field.value.trim();
    if (!isAsked || this.chosen) return super.key(event);
    event.preventDefault();
    return this.takeFirst();
  }

  async takeFirst() {
    clearTimeout(this.waiting);
    await this.look();
    this.options[0]?.click();
  }

  /** The shell's search may show the same records, and an id stands once in a page. */
  arrived() {
    for (const option of this.options) option.id = `${this.list.id}-${option.dataset.pk}`;
  }

  pick(event) {
    const option = event.target.closest("[data-pk]");
    if (!option) return;
    event.preventDefault();
    event.stopPropagation(); // it is no link here
    this.kept.value = option.dataset.pk;
    this.field.value = option.dataset.name;
    this.close();
  }
}

customElements.define("search-pick", SearchPick);
