// A click on any telephone number calls it, in the way the user chose: their desk phone rings first, the softphone in
// the page calls, or the computer's or mobile's own dialler does.
import { later } from "./clock.js";
import { showPlaced } from "./placed-calls.js";
import { freshKey, pressAndAnswer } from "./press.js";
import { toast } from "./toast.js";

const SAME_CLICK_MS = 2000;
const LOOK_AGAIN_MS = 2000; // and each time twice as long
const LOOKS = 8; // about eight minutes; after that the line or the network must come back
const VEILED = "tel:;of="; // a number that the page is not told: the server knows what stands behind it
let last = { number: "", at: 0, key: "" };

/** The key of this press: pressing the same number again at once repeats the request and places no second call. */
function keyFor(number, now) {
  if (number !== last.number || now - last.at > SAME_CLICK_MS) last = { number, at: now, key: freshKey() };
  return last.key;
}

/** Call `number` as the user's choice is. `how`: "soft" where the softphone itself asks. */
export async function callNumber(number, how = "") {
  const words = document.getElementById("toast").dataset;
  const key = keyFor(number, Date.now());
  const answer = await pressAndAnswer("/calls/dial", how ? { number, how } : { number }, key);
  if (!answer) return;
  const { status, data } = answer;
  if (status === 0 || status >= 500) lookLater(key, words);
  else if (data.error) sayRefusal(key, data.error);
  else if (data.soft) softly(data);
  else showPlaced().catch(() => {}); // the line is lost just now; the element looks again when it is back
}

/** The softphone in the page calls. Keys that it must not press by itself are told. */
function softly(data) {
  if (data.keys) toast(data.keys, [], 30_000);
  document.dispatchEvent(new CustomEvent("call:soft", { detail: { number: data.number, command: data.command, then: data.then } }));
}

/** Once: by the strip, where the call has one. */
async function sayRefusal(key, words) {
  await showPlaced().catch(() => {});
  if (!document.querySelector(`placed-calls [data-command="${CSS.escape(key)}"]`)) toast(words, [], 8000);
}

/** The line broke: whether the press arrived is asked until the server answers. It is not sent again by itself. */
function lookLater(key, words) {
  toast(words.notHeard, [], 60_000);
  let isTold = false;
  const look = async () => {
    const known = await showPlaced(key).catch(() => undefined);
    if (known === undefined || isTold) return;
    isTold = true;
    document.removeEventListener("live:line", onLine);
    removeEventListener("online", look);
    toast(known ?? words.notDialled, [], 8000);
  };
  // A break may be too short for the live line to notice it: then nothing but a question finds out that it is over.
  const lookAgain = (looks) => !isTold && looks < LOOKS && later(LOOK_AGAIN_MS * 2 ** looks, () => (look(), lookAgain(looks + 1)));
  const onLine = ({ detail }) => detail === "heard" && look();
  document.addEventListener("live:line", onLine);
  addEventListener("online", look);
  lookAgain(0);
}

/** Whether the machine in front of the user dials by itself: its own dialler was chosen, or it is a telephone. */
function dialsByItself() {
  const way = document.body.dataset.callsWith || "desk";
  return way === "own" || (way === "desk" && matchMedia("(pointer: coarse)").matches);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="tel:"]');
  if (!link || event.defaultPrevented) return;
  const href = link.getAttribute("href");
  if (dialsByItself() && !href.startsWith(VEILED)) return;
  event.preventDefault();
  callNumber(href.includes(";") ? href : decodeURIComponent(href.slice(4)));
});

/** Links of other programs open here, once the user wants that; the browser itself asks again. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tel-handler]");
  if (!button) return;
  try {
    navigator.registerProtocolHandler("tel", `${location.origin}/calls/to?number=%s`);
    toast(button.dataset.telHandler);
  } catch {
    toast(button.dataset.refused);
  }
});
