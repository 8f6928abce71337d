// [data-block]: a button in a line of a list that blocks the number of its call, or lets it through again.
import { press } from "../ui/press.js";
import { toast } from "../ui/toast.js";

const TOLD_MS = 10_000;

async function ask(button, isWanted, choices) {
  button.disabled = true;
  const { status, data } = await press(button.dataset.block, { wanted: isWanted ? "1" : "0" });
  button.disabled = false;
  if (status !== 200) return toast(data.error ?? button.dataset.wordFailed, [], TOLD_MS);
  // Another line may have the same number: each shows what it knows until the list is read anew.
  button.setAttribute("aria-pressed", String(data.block === "is"));
  return toast(data.words, choices, TOLD_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-block]");
  if (!button) return;
  const isWanted = button.getAttribute("aria-pressed") !== "true";
  ask(button, isWanted, [[button.dataset.wordUndo, () => ask(button, !isWanted, [])]]);
});
