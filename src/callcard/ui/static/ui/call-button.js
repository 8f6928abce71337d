// A click on any telephone number calls it: one's own phone rings first. On a phone the browser's own dialler does it.
import { toast } from "./toast.js";

const SAME_CLICK_MS = 2000;
let last = { number: "", at: 0, key: "" };

/** The key of this press: pressing the same number again at once repeats the request and places no second call. */
function keyFor(number, now) {
  if (number !== last.number || now - last.at > SAME_CLICK_MS) last = { number, at: now, key: crypto.randomUUID?.() ?? `${now}-${Math.random().toString(36).slice(2, 12)}` };
  return last.key;
}

/** `sure`: the person has answered the server's question, as before an emergency call. */
async function call(number, words, key = keyFor(number, Date.now()), sure = {}) {
  toast(words.dialling.replace("{number}", number));
  try {
    const response = await fetch("/calls/dial", {
      method: "POST",
      body: new URLSearchParams({ number, ...sure }),
      headers: { "X-CSRFToken": document.body.dataset.csrf, "Idempotency-Key": key },
      redirect: "error",
    });
    const answer = await response.json();
    if (answer.ask) ask(answer.ask, words, () => call(number, words, key, { sure: "1" }));
    else toast(answer.error ?? words.dialled);
  } catch {
    toast(words.notDialled);
  }
}

function ask(question, words, run) {
  toast(question, [[words.callIt, run], [words.doNotCall, () => {}]]);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="tel:"]');
  if (!link || matchMedia("(pointer: coarse)").matches || event.defaultPrevented) return;
  event.preventDefault();
  call(decodeURIComponent(link.getAttribute("href").slice(4)), document.getElementById("toast").dataset);
});
