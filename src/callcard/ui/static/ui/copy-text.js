// Text into the clipboard; a button with `data-copy-of` copies what the field of that id holds.
import { toast } from "./toast.js";

export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text }); // plain HTTP: no clipboard otherwise
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy-of]");
  if (!button) return;
  await copyText(document.getElementById(button.dataset.copyOf).value);
  toast(button.dataset.word);
});
