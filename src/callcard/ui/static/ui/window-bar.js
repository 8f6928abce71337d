// <window-bar>: the windows that are open, as tabs. Each window is a section whose links and forms stay inside it
// (htmx boosts them) and that has an address of its own.
const MAIN = "windows";
const REFRESH_AFTER_MS = 1500;
const TOO_LARGE = 413; // said in a toast
const GO_ON = "[autofocus], [data-go-on]";
const FIRST_ROW = 'record-list tbody tr[tabindex="0"]';

class WindowBar extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "tablist");
    this.setAttribute("aria-label", this.dataset.wordList);
    this.main = document.getElementById(MAIN);
    this.welcome = document.querySelector(".welcome");
    this.store = `callcard-windows-${document.body.dataset.user}`;
    this.plainTitle = document.title;
    this.windows = []; // {id, url, title, section, tab, isLoaded, byKey}
    this.active = null;
    this.count = 0;
    this.restore();
    this.listen();
  }

  listen() {
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("auxclick", (event) => this.click(event));
    document.addEventListener("submit", (event) => this.submit(event), true);
    document.addEventListener("keydown", (event) => this.shortcut(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault());
    for (const kind of ["calls-changed", "tasks-changed"]) document.addEventListener(`live:${kind}`, () => this.refreshSoon(kind));
    addEventListener("popstate", (event) => this.goBack(event.state));
    document.addEventListener("htmx:configRequest", ({ detail }) => {
      detail.headers["X-CSRFToken"] = document.body.dataset.csrf;
      detail.headers["X-Callcard-Window"] = "1";
    });
    document.addEventListener("htmx:beforeSwap", (event) => this.beforeSwap(event));
    document.addEventListener("htmx:afterSwap", ({ target }) => {
      this.arrived(target.closest(".window"), true);
      if (target === this.active?.section) this.goOn(this.active);
      else if (document.activeElement === document.body) this.toWords(target); // what was pressed is drawn anew, or gone
    });
    for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
      document.addEventListener(failed, ({ target, detail }) => detail.xhr?.status !== TOO_LARGE && this.failed(target.closest(".window")));
  }

  // -- the windows ---------------------------------------------------------------------------------------------------

  /** The windows that were open before a reload, and the one that the address asks for. */
  restore() {
    const stored = JSON.parse(sessionStorage.getItem(this.store) || '{"windows": []}');
    for (const { url, title } of stored.windows) this.add(url, title);
    const body = this.main.querySelector(":scope > .window-body");
    let now = body ? this.find(body.dataset.url) ?? this.add(body.dataset.url, body.dataset.title) : null;
    if (now) {
      now.section.append(body);
      this.arrived(now.section, false);
    } else now = this.windows[stored.active];
    if (now) this.activate(now, "replace");
    else this.show();
    now?.section.querySelector("[autofocus]")?.focus(); // the browser has lost it from sight when it was moved
  }

  find(url) {
    const { pathname } = new URL(url, location.origin);
    return this.windows.find((each) => new URL(each.url, location.origin).pathname === pathname);
  }

  add(url, title) {
    const id = `window-${++this.count}`;
    const section = Object.assign(document.createElement("section"), { className: "window", id, hidden: true, tabIndex: -1 });
    const attributes = { role: "tabpanel", "aria-labelledby": `tab-${id}`, "hx-boost": "true", "hx-target": "this", "hx-push-url": "false" };
    for (const [name, value] of Object.entries(attributes)) section.setAttribute(name, value);
    const it = { id, url, title, section, tab: this.makeTab(id), isLoaded: false };
    this.main.append(section);
    this.append(it.tab);
    this.windows.push(it);
    window.htmx?.process(section);
    this.showTitle(it);
    return it;
  }

  makeTab(id) {
    const tab = Object.assign(document.createElement("div"), { className: "tab" });
    tab.setAttribute("role", "presentation");
    tab.dataset.window = id;
    const name = Object.assign(document.createElement("button"), { className: "tab-name", type: "button", id: `tab-${id}`, dir: "auto" });
    name.setAttribute("role", "tab");
    name.setAttribute("aria-controls", id);
    const close = Object.assign(document.createElement("button"), { className: "tab-close", type: "button", textContent: "×", tabIndex: -1 });
    tab.append(name, close);
    return tab;
  }

  showTitle(it) {
    const [name, close] = it.tab.children;
    const title = it.title || this.dataset.wordOpening;
    name.textContent = name.title = title;
    close.setAttribute("aria-label", `${this.dataset.wordClose}: ${title}`);
  }

  /** Open the address in a window: the one that shows it already, or a new one. */
  openWindow(url, { behind = false, byKey = false } = {}) {
    const there = this.find(url);
    const it = there ?? this.add(url, "");
    const isOther = there && there.url !== url;
    it.url = url;
    if (isOther) it.isLoaded = false;
    it.byKey = byKey;
    if (behind) return this.save();
    const isThere = it.isLoaded;
    this.activate(it, "push");
    return isThere ? this.goOn(it) : undefined;
  }

  activate(it, history) {
    this.active = it;
    if (!it.isLoaded) this.load(it);
    this.show();
    this.remember(history);
  }

  load(it) {
    it.isLoaded = true;
    window.htmx.ajax("GET", it.url, { target: it.section, swap: "innerHTML", source: it.section });
  }

  show() {
    for (const each of this.windows) {
      const isActive = each === this.active;
      each.section.hidden = !isActive;
      const [name] = each.tab.children;
      name.setAttribute("aria-selected", String(isActive));
      name.tabIndex = isActive ? 0 : -1;
    }
    this.main.hidden = this.active === null;
    this.welcome.hidden = this.active !== null;
    this.active?.tab.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    this.markModule();
    const title = this.active?.title ? `${this.active.title} · ${this.plainTitle}` : this.plainTitle;
    document.dispatchEvent(new CustomEvent("window:active", { detail: { title } }));
  }

  markModule() {
    const here = this.active ? new URL(this.active.url, location.origin).pathname : "";
    const links = [...document.querySelectorAll(".shell-nav a")];
    const [best] = links.filter((link) => here.startsWith(link.pathname)).sort((one, two) => two.pathname.length - one.pathname.length);
    for (const link of links) link === best ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }

  closeWindow(it) {
    it.section.dispatchEvent(new CustomEvent("window:closing", { bubbles: true }));
    const at = this.windows.indexOf(it);
    const hadFocus = it.tab.contains(document.activeElement) || it.section.contains(document.activeElement);
    this.windows.splice(at, 1);
    it.section.remove();
    it.tab.remove();
    if (this.active === it) {
      const next = this.windows[Math.min(at, this.windows.length - 1)] ?? null;
      if (next) this.activate(next, "replace");
      else this.home("replace");
      if (hadFocus) (next?.tab.firstElementChild ?? this.main).focus();
    } else this.save();
  }

  home(history) {
    this.active = null;
    this.show();
    this.remember(history);
  }

  // -- addresses -----------------------------------------------------------------------------------------------------

  remember(how) {
    const url = this.active?.url ?? "/";
    const state = { window: this.active?.id ?? "", url };
    if (how === "push" && history.state?.url !== url) history.pushState(state, "", url);
    else if (how) history.replaceState(state, "", url);
    this.save();
  }

  save() {
    const windows = this.windows.map(({ url, title }) => ({ url, title }));
    sessionStorage.setItem(this.store, JSON.stringify({ windows, active: this.windows.indexOf(this.active) }));
  }

  goBack(state) {
    const url = state?.url ?? location.pathname + location.search;
    if (url === "/") return this.home(null);
    const it = this.windows.find(({ id }) => id === state?.window) ?? this.find(url) ?? this.add(url, "");
    if (it.url !== url) it.isLoaded = false;
    it.url = url;
    return this.activate(it, null);
  }

  // -- what comes from the server ------------------------------------------------------------------------------------

  beforeSwap(event) {
    const { xhr, target } = event.detail;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/sign-in")) {
      event.detail.shouldSwap = false;
      location.reload(); // the session is over: sign in, and come back to this very window
    } else if (event.detail.shouldSwap && target.closest?.(".window")) event.detail.isError = false;
  }

  arrived(section, isNew) {
    const it = this.windows.find((each) => each.section === section);
    const body = section?.querySelector(":scope > .window-body");
    if (!it) return;
    it.isLoaded = true;
    if (body) {
      it.url = body.dataset.url;
      it.title = body.dataset.title;
    }
    this.showTitle(it);
    if (isNew && it === this.active) {
      this.remember("push");
      this.show();
      this.showOutcome(section);
    } else this.save();
  }

  /** What became of the form that was sent: to its first wrong field, unless somebody types elsewhere by now, or to the words. */
  showOutcome(section) {
    const wrong = section.querySelector('[aria-invalid="true"]');
    const { activeElement } = document;
    if (wrong && (activeElement === document.body || section.contains(activeElement))) wrong.focus();
    else section.querySelector(".window-messages, .message")?.scrollIntoView({ block: "nearest" });
  }

  /** Nobody loses their place: where the focus would be nowhere, or a key has opened the window, it goes to where one goes on. */
  goOn(it) {
    const { activeElement } = document;
    const isLost = activeElement === document.body || !activeElement.checkVisibility();
    if (!isLost && !it.byKey) return;
    it.byKey = false;
    const { section } = it;
    const row = section.querySelector("[data-refresh-on]") ? null : section.querySelector(FIRST_ROW); // in use, a list stays as it is
    (section.querySelector(GO_ON) ?? row ?? section).focus({ preventScroll: true });
  }

  /** To what is said in a part that is drawn anew, from where one goes on; it sees to the focus by itself when it says nothing. */
  toWords(part) {
    const words = part.querySelector(".window-messages");
    if (!words) return;
    words.tabIndex = -1;
    words.focus({ preventScroll: true });
    words.scrollIntoView({ block: "nearest" });
  }

  failed(section) {
    const it = this.windows.find((each) => each.section === section);
    if (!it) return;
    const words = Object.assign(document.createElement("p"), { textContent: this.dataset.wordFailed });
    const again = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: this.dataset.wordRetry });
    again.addEventListener("click", () => this.load(it));
    const place = Object.assign(document.createElement("div"), { className: "window-failed", role: "alert" });
    place.append(words, again);
    if (it.section.querySelector("form")) it.section.prepend(place); // what was typed must not be lost
    else it.section.replaceChildren(place);
  }

  /** A list that says so keeps itself up to date, unless somebody is at work in it. */
  refreshSoon(kind) {
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => {
      const { section } = this.active ?? {};
      const isInUse = (section !== document.activeElement && section?.contains(document.activeElement)) || section?.querySelector("details[open]");
      if (section?.querySelector(`[data-refresh-on="${kind}"]`) && !isInUse && !document.hidden) this.load(this.active);
    }, REFRESH_AFTER_MS);
  }

  // -- what a person does --------------------------------------------------------------------------------------------

  click(event) {
    const tab = event.target.closest(".tab");
    if (tab) return this.clickTab(event, tab);
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || link.origin !== location.origin || link.target || link.hasAttribute("download")) return undefined;
    const isMiddle = event.type === "auxclick" && event.button === 1;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 1) return undefined; // the browser's own ways
    if (link.matches("[data-home]") || (link.pathname === "/" && !link.hash)) return void (event.preventDefault(), this.home("push"));
    const opens = link.matches("[data-window]") || (isMiddle && link.closest(".window"));
    if (!opens || (event.type === "auxclick" && !isMiddle)) return undefined;
    event.preventDefault();
    const byKey = event.detail === 0 && link.matches(".shell-nav a, .window a");
    return this.openWindow(link.pathname + link.search, { behind: isMiddle, byKey });
  }

  clickTab(event, tab) {
    const it = this.windows.find(({ id }) => id === tab.dataset.window);
    if (event.button === 1 || event.target.closest(".tab-close")) return this.closeWindow(it);
    return event.button === 0 ? this.activate(it, "push") : undefined;
  }

  submit(event) {
    const form = event.target.closest("form[data-window]");
    if (!form) return;
    event.preventDefault();
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form));
    this.openWindow(url.pathname + url.search);
  }

  key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key] * (document.dir === "rtl" ? -1 : 1);
    const at = this.windows.indexOf(this.active);
    const ends = { Home: 0, End: this.windows.length - 1 };
    const to = this.windows[step ? (at + step + this.windows.length) % this.windows.length : ends[event.key]];
    if (to) {
      event.preventDefault();
      this.activate(to, "push");
      to.tab.firstElementChild.focus();
    } else if (event.key === "Delete" && this.active) this.closeWindow(this.active);
  }

  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    const to = digit && this.windows[digit - 1];
    if (to) event.preventDefault(), this.openWindow(to.url, { byKey: !document.activeElement.closest(".popup-stack") });
    if (event.code === "KeyW" && this.active) event.preventDefault(), this.closeWindow(this.active);
  }
}

// What opens a window of its own is not boosted: htmx would take the click first, and put the answer into this window.
document.addEventListener("htmx:beforeProcessNode", ({ target }) => target.matches?.("a[data-window], form[data-window]") && target.setAttribute("hx-boost", "false"));

// htmx has run by then: it is loaded before the modules.
customElements.define("window-bar", WindowBar);
