// <form-rows>: as many lines of one kind as one likes. A button adds one from the <template>, another takes one away.
class FormRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => target.matches('[name$="-is_preferred"]:checked') && this.preferOnly(target));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-add-row], [data-remove-row]");
      if (!button) return;
      if (button.matches("[data-add-row]")) this.add();
      else this.remove_(button.closest("li"));
    });
  }

  /** Of numbers, one at most is called first. */
  preferOnly(box) {
    for (const other of this.querySelectorAll('[name$="-is_preferred"]')) other.checked &&= other === box;
  }

  add() {
    const total = this.querySelector(`[name="${this.dataset.prefix}-TOTAL_FORMS"]`);
    const number = total ? total.value : "";
    const holder = document.createElement("template");
    holder.innerHTML = this.querySelector("template").innerHTML.replaceAll("__prefix__", number);
    if (total) total.value = Number(number) + 1;
    const row = holder.content.firstElementChild;
    this.querySelector("[data-rows]").append(row);
    row.querySelector("input:not([type=hidden]), select").focus();
  }

  remove_(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input:not([type=hidden])") ?? this.querySelector("[data-add-row]")).focus();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
customElements.define("form-rows", FormRows);

// What has no meaning for the kind that is chosen is not shown.
function showForKind(form) {
  const kind = form.querySelector("select[name=kind]")?.value ?? form.dataset.kind;
  for (const part of form.querySelectorAll("[data-for-kinds]")) part.hidden = !part.dataset.forKinds.split(" ").includes(kind);
}
document.addEventListener("change", (event) => event.target.form?.dataset.kind !== undefined && showForKind(event.target.form));
document.addEventListener("htmx:load", ({ target }) => target.querySelectorAll("form[data-kind]").forEach(showForKind));
document.querySelectorAll("form[data-kind]").forEach(showForKind);
