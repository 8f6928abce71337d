// Places in windows that show recordings of a call (data-recordings-of) fetch what is in them anew (data-from) when the
// call gets a recording or loses one. What somebody hears, has opened or is about to send stays as long as that lasts.
import { later } from "../ui/clock.js";

const BUSY = ".is-playing, details[open], :focus-visible";
const WAIT_MS = 3000;

async function renew(place) {
  if (!place.isConnected) return;
  if (place.querySelector(BUSY)) return void later(WAIT_MS, () => renew(place));
  const response = await fetch(place.dataset.from, { headers: { "X-Callcard-Window": "1" }, redirect: "error" }).catch(() => null);
  if (!response?.ok) return; // without the server nothing can be heard either; the window's next look shows it
  const html = await response.text();
  if (!place.isConnected || place.querySelector(BUSY)) return void renew(place);
  place.innerHTML = html;
  window.htmx?.process(place);
}

document.addEventListener("live:recordings", ({ detail }) => {
  for (const place of document.querySelectorAll(`[data-recordings-of="${Number(detail.call)}"]`)) renew(place);
});
