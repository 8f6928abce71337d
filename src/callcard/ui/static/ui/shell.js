// Puts the shell together. The windows come first: the one that came with the page is moved to its tab, and an element that is
// defined before that is connected twice, so that each click and key would count twice.
import "./window-bar.js";
import { isOn, setTitle, startAlerts, switchOn } from "./alerts.js";
import "./call-button.js";
import "./late-words.js";
import "./list-search.js";
import "./live-line.js";
import "./orderable.js";
import "./popup-stack.js";
import "./record-list.js";
import "./search-box.js";
import "./search-pick.js";
import { toast } from "./toast.js";
import { post } from "./post.js";

const find = (selector) => document.querySelector(selector);

function showVersion({ detail }) {
  if (detail.version === find("live-line").dataset.version) return;
  const words = find("#toast").dataset;
  toast(words.newVersion, [[words.reload, () => location.reload()]]);
}

/** "/" goes to what the open window is searched with, else to the search of everything. */
function searchHere(event) {
  if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  (find(".window:not([hidden]) [role=search] input[type=search]") ?? find(".shell-search input")).select();
}

/** From the search of a list down into its rows. */
function intoList(event) {
  if (event.key !== "ArrowDown" || !event.target.matches?.(".list-search [name=q]")) return;
  const row = event.target.closest(".window-body").querySelector('record-list tbody tr[tabindex="0"]');
  if (row) event.preventDefault(), row.focus();
}

function shortcuts(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyS") return;
  event.preventDefault();
  find(".shell-search input").select();
}

/** Ctrl+Enter sends the form that one types in, in every window, as its button would. */
function sendForm(event) {
  if (event.defaultPrevented || event.isComposing || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("#windows form[method=post]");
  const button = form?.querySelector("button.btn-primary[type=submit]");
  if (!button) return;
  event.preventDefault();
  if (!event.repeat) form.requestSubmit(button);
}

function menu() {
  const button = find(".shell-menu");
  const nav = find(".shell-nav");
  const toggle = (open) => {
    nav.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => toggle(!nav.classList.contains("is-open")));
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".shell-menu") && (event.target.closest("a") || !event.target.closest(".shell-nav"))) toggle(false);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
}

function userMenu() {
  const panel = find(".user-menu");
  let card = null;
  document.addEventListener("calls:changed", () => {
    const { openCall } = find("popup-stack");
    const isNew = openCall !== null && openCall !== card;
    card = openCall;
    if (isNew && !panel.querySelector(".user-panel").contains(document.activeElement)) panel.open = false; // it would lie on the caller
  });
  document.addEventListener("click", (event) => (!event.target.closest(".user-menu") || event.target.closest("a")) && (panel.open = false));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  panel.querySelector("[data-design-choice]").addEventListener("change", ({ target }) => {
    document.documentElement.dataset.design = target.value;
    document.documentElement.dataset.light = target.selectedOptions[0].dataset.light;
    post(target.form.action, { theme: target.value }).catch(() => {});
  });
  panel.querySelector("[data-language-choice]")?.addEventListener("change", async ({ target }) => {
    await post(target.form.action, { language: target.value });
    location.reload();
  });
  panel.addEventListener("toggle", () => {
    find(".shell-head").classList.toggle("has-menu-open", panel.open);
    panel.querySelectorAll("[data-switch]").forEach((box) => (box.checked = isOn(box.dataset.switch)));
  });
  panel.addEventListener("change", async ({ target }) => {
    if (!target.dataset.switch) return;
    const wanted = target.checked;
    target.checked = await switchOn(target.dataset.switch, wanted);
    const hint = panel.querySelector("[data-switch-hint]");
    hint.textContent = wanted && !target.checked ? target.dataset.refused : "";
    hint.hidden = !hint.textContent;
  });
}

document.addEventListener("live:hello", showVersion);
document.addEventListener("callcard:said", ({ detail }) => toast(detail.value, [], 10_000));
document.addEventListener("keydown", shortcuts);
document.addEventListener("keydown", searchHere);
document.addEventListener("keydown", intoList);
document.addEventListener("keydown", sendForm);
/** A window that one opens or goes to while a card is open lies beside it. What is on the screen never jumps by itself. */
function beside() {
  find("#windows").classList.toggle("is-beside", find("popup-stack").openCall !== null);
}

/** Only if the field in which one is lies under the card, its window makes room. */
function uncover() {
  const field = document.activeElement;
  const card = find(".popup-open").firstElementChild;
  if (!card || !field?.matches(".window *")) return;
  const [one, other] = [field, card].map((each) => each.getBoundingClientRect());
  if (one.right <= other.left || one.left >= other.right || one.bottom <= other.top || one.top >= other.bottom) return;
  beside();
  field.scrollIntoView({ block: "nearest" });
}

document.addEventListener("window:active", ({ detail }) => (setTitle(detail.title), beside()));
document.addEventListener("calls:filled", beside); // the cards of a page that was just loaded: nobody works in it yet
document.addEventListener("calls:changed", () => {
  find("#windows").classList.toggle("is-above", find(".popup-lines").childElementCount > 0);
  uncover();
});
document.addEventListener("keyup", ({ key }) => key === "Tab" && uncover());
find(".skip").addEventListener("click", (event) => {
  const { active } = find("window-bar");
  if (active) event.preventDefault(), find("window-bar").goOn(Object.assign(active, { byKey: true }));
});
find("window-bar").show(); // the window that came with the page was active before anybody listened
menu();
userMenu();
startAlerts();
