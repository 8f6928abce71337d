// <soft-phone>: a telephone in the page. One tab of all that are open is the telephone; the others show it and steer it.
import { toast } from "../ui/toast.js";
import { notMade } from "./not-made.js";
import { CardButtons } from "./phone-cards.js";
import { PhonePanel } from "./phone-panel.js";

const SAID_MS = 12_000;
const TRY_AGAIN = ["busy", "no-answer", "failed", "transfer-lost"];
const LAMP = { ready: "up", starting: "connecting", connecting: "connecting" };

class SoftPhone extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(document.getElementById("softphone-words").textContent);
    this.shown = { state: this.dataset.state, calls: [], extension: "", colleagues: [] };
    this.panel = new PhonePanel(this, this.querySelector(".soft-phone-panel"));
    this.cards = new CardButtons(this);
    const name = `callcard-phone-${document.body.dataset.user}`;
    this.tabs = new BroadcastChannel(name);
    this.tabs.onmessage = ({ data }) => this.receive(data);
    document.addEventListener("call:soft", ({ detail }) => this.act({ do: "dial", ...detail }));
    document.addEventListener("keydown", (event) => this.shortcut(event));
    this.querySelector(".soft-phone-lamp").addEventListener("click", () => this.panel.toggle());
    this.show();
    if (!isSecureContext || !navigator.locks) return this.receive({ state: { ...this.shown, state: "insecure" } });
    this.tabs.postMessage({ asks: true });
    // Held until the tab is closed, or dies: then the next one is the telephone.
    navigator.locks.request(name, () => (this.hold(), new Promise(() => {})));
    return undefined;
  }

  /** This tab is the telephone from now on. */
  async hold() {
    this.tellAll({ state: { ...this.shown, state: "starting", calls: [] } }); // what the one before said holds no more
    const { PhoneLine } = await import("./phone-line.js");
    this.isHolder = true;
    this.phone = new PhoneLine({
      accountUrl: this.dataset.account,
      sipUrl: this.dataset.sip,
      tell: (state) => this.tellAll({ state }),
      say: (key, call) => this.tellAll({ say: key, call }),
    });
    addEventListener("beforeunload", (event) => this.shown.calls.length && event.preventDefault());
    addEventListener("pagehide", () => this.phone.stop());
    this.phone.start();
  }

  tellAll(message) {
    this.tabs.postMessage(message);
    this.receive(message);
  }

  receive({ state, say, call, asks, act }) {
    if (asks && this.isHolder) this.tabs.postMessage({ state: this.shown });
    if (act && this.isHolder) this.phone.act(act);
    if (say) this.say(say, call);
    if (!state) return;
    this.shown = state;
    this.show();
  }

  /** Of a call: whom it was for, and the way to try again, unless it asked about another one that waits. */
  say(key, call) {
    const who = `\u2068${call ? this.panel.whoIs(call) : ""}\u2069`; // isolated: a number keeps its order in any direction
    const isWorthIt = call && !call.asksFor && TRY_AGAIN.includes(key);
    toast(this.words[key].replace("{who}", () => who), isWorthIt ? [[this.words.again, () => this.panel.call(call.number)]] : [], call ? SAID_MS : undefined);
  }

  /** What a person asked for in this tab; done in the one that is the telephone. */
  act(what) {
    if (this.isHolder) this.phone.act(what);
    else if (this.shown.state === "insecure") notMade(what.command), toast(this.words.insecure);
    else this.tabs.postMessage({ act: what });
  }

  show() {
    const { state, calls } = this.shown;
    this.dataset.state = state;
    this.toggleAttribute("data-rings", calls.some((call) => call.state === "ringing"));
    this.querySelector(".lamp").dataset.state = LAMP[state] ?? "down";
    const words = this.words[state] ?? "";
    const lamp = this.querySelector(".soft-phone-lamp");
    lamp.title = words;
    lamp.setAttribute("aria-label", words);
    this.cards.show();
    this.panel.show();
  }

  /** Alt+A takes the call that rings. */
  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyA") return;
    const ringing = this.shown.calls.find((call) => call.state === "ringing");
    if (!ringing) return;
    event.preventDefault();
    this.act({ do: "answer", id: ringing.id });
  }
}

customElements.define("soft-phone", SoftPhone);
