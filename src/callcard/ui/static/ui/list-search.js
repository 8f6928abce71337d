// A list is searched as one types: all around its search is drawn anew, and the field in which one types stays as it is.
const WAIT_MS = 200;
let waiting;
let asked;

function stop() {
  clearTimeout(waiting);
  asked?.abort();
}

async function look(form) {
  asked = new AbortController();
  const told = [...new FormData(form)].filter(([, value]) => value !== "");
  const url = `${form.getAttribute("action")}?${new URLSearchParams(told)}`;
  const answer = await fetch(url, { headers: { "X-Callcard-Window": "1" }, signal: asked.signal, redirect: "error" }).catch(() => null);
  if (!answer?.ok) return; // Enter asks again, and says what is the matter
  const text = await answer.text().catch(() => null); // given up while it came
  if (text === null || !form.isConnected) return;
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector(".window-body");
  const other = fresh?.querySelector(".list-search");
  if (other) drawAround(form, fresh, other);
}

function drawAround(form, fresh, other) {
  const body = form.closest(".window-body");
  [...body.childNodes].forEach((node) => node === form || node.remove());
  const nodes = [...fresh.childNodes];
  form.before(...nodes.slice(0, nodes.indexOf(other)));
  form.after(...nodes.slice(nodes.indexOf(other) + 1));
  Object.assign(body.dataset, { url: fresh.dataset.url, title: fresh.dataset.title });
  window.htmx.process(body);
  announce(body.querySelector(".list-number"));
  const bar = document.querySelector("window-bar");
  bar.arrived(body.parentElement, false);
  if (bar.active?.section === body.parentElement) bar.remember("replace");
}

/** A screen reader says what changes in a place that is there, not what came with it. */
function announce(place) {
  const words = place?.textContent;
  if (!words) return;
  place.textContent = "";
  setTimeout(() => (place.textContent = words));
}

/** What is still being composed, as in Chinese or Japanese, is looked for when it is written. */
function typed(event) {
  const form = event.target.matches?.(".window-body > .list-search [name=q]") && event.target.form;
  if (!form || event.isComposing) return;
  stop();
  waiting = setTimeout(() => look(form), WAIT_MS);
}

document.addEventListener("input", typed);
document.addEventListener("compositionend", typed);
document.addEventListener("submit", ({ target }) => target.matches(".list-search") && stop(), true);
