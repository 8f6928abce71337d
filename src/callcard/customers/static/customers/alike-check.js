// <alike-check>: while a name or a number is typed, who is known already, and how each number will be dialled.
const WAIT_MS = 250;

class AlikeCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", ({ target }) => {
      if (target.closest(".form-rows, [name=name]") && !target.closest("[type=checkbox]")) this.soon();
    });
    if (this.numbers.some((input) => input.value)) this.soon();
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    this.asked?.abort();
  }

  get numbers() {
    return [...this.querySelectorAll('input[name^="phones-"][name$="-raw"]')];
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    this.asked?.abort();
    this.asked = new AbortController();
    const numbers = this.numbers.filter((input) => input.value.trim());
    const question = new URLSearchParams({ name: this.querySelector("[name=name]").value, except: this.dataset.except });
    for (const input of numbers) question.append("number", input.value);
    try {
      const response = await fetch(`${this.dataset.url}?${question}`, { headers: { "X-Callcard-Window": "1" }, signal: this.asked.signal });
      if (response.ok) this.show(await response.json(), numbers);
    } catch (error) {
      if (error.name !== "AbortError") this.show({ html: "", numbers: [] }, []); // without a network one can still type
    }
  }

  show({ html, numbers }, inputs) {
    const list = this.querySelector(".alike");
    list.innerHTML = html;
    list.hidden = !html;
    for (const hint of this.querySelectorAll(".row-hint")) hint.replaceChildren();
    inputs.forEach((input, index) => this.hint(input, numbers[index]));
  }

  hint(input, number) {
    const place = input.closest("li")?.querySelector(".row-hint");
    if (!place || !number) return;
    place.classList.toggle("is-odd", !number.is_valid);
    const dialled = Object.assign(document.createElement("bdi"), { dir: "ltr", textContent: number.shown });
    place.append(dialled, number.is_valid ? "" : ` ${this.dataset.wordOdd}`);
  }
}
customElements.define("alike-check", AlikeCheck);
