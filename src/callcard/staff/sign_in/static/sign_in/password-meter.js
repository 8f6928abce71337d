// Says, while a new password is typed (data-judge on its field), whether it will do. The server judges, as it will in the end.
import { post } from "../ui/post.js";

const PAUSE_MS = 400;
const timers = new WeakMap();

function place(field) {
  const next = field.nextElementSibling;
  if (next?.matches(".password-meter")) return next;
  const made = Object.assign(document.createElement("p"), { className: "password-meter" });
  made.setAttribute("role", "status");
  field.after(made);
  return made;
}

async function judge(field) {
  const typed = field.value;
  const told = typed ? await post(field.dataset.judge, { password: typed }).then(JSON.parse).catch(() => null) : null;
  if (field.value !== typed) return; // typed on meanwhile
  const shown = place(field);
  shown.dataset.score = told?.score ?? "";
  shown.textContent = told?.words ?? "";
}

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.judge) return;
  clearTimeout(timers.get(target));
  timers.set(target, setTimeout(judge, PAUSE_MS, target));
});
