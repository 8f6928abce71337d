// <passkey-button>: has the browser sign with a passkey, or make one (data-make), and follows where the server then leads.
// Shown only where the browser can do it: pages over HTTPS, or of this machine.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (mark) => mark.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

/** What the server asks for, as the browser wants it: bytes in place of their base64url. */
function question({ publicKey }) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) asked.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.allowCredentials) asked.allowCredentials = known(publicKey.allowCredentials);
  if (publicKey.excludeCredentials) asked.excludeCredentials = known(publicKey.excludeCredentials);
  return { publicKey: asked };
}

/** What the browser answers, as JSON can hold it. */
function answer(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = names.filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: Object.fromEntries(said) };
}

class PasskeyButton extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential || this.ready) return;
    this.ready = true;
    this.hidden = false;
    this.closest("[data-needs-passkeys]")?.classList.add("has-passkeys");
    this.querySelector("button").addEventListener("click", () => this.go());
  }

  async go() {
    const button = this.querySelector("button");
    button.disabled = true;
    this.say("");
    try {
      const asked = question(await this.post(this.dataset.ask));
      const made = "make" in this.dataset ? navigator.credentials.create(asked) : navigator.credentials.get(asked);
      const name = this.querySelector("input")?.value ?? "";
      this.follow(await this.post(this.dataset.then, { ...answer(await made), name }));
    } catch (error) {
      this.say(error.words ?? (error instanceof TypeError ? this.dataset.wordLost : this.dataset.wordFailed));
    }
    button.disabled = false;
  }

  follow({ to }) {
    if (!this.dispatchEvent(new CustomEvent("passkey:right", { bubbles: true, cancelable: true }))) return;
    if (this.closest(".window")) window.htmx.ajax("GET", to, { source: this, target: this.closest(".window"), swap: "innerHTML" });
    else location.assign(to);
  }

  async post(url, said) {
    const headers = { "X-CSRFToken": document.body.dataset.csrf ?? this.dataset.csrf, "X-Callcard-Window": "1", "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(said ?? {}), redirect: "manual" });
    if (response.type === "opaqueredirect") location.reload(); // a proof that ran out, or signed out: the page knows
    const told = await response.json();
    if (!response.ok) throw Object.assign(new Error(url), { words: told.problem });
    return told;
  }

  say(words) {
    const place = this.querySelector("[role=alert]");
    place.textContent = words;
    place.hidden = !words;
  }
}

customElements.define("passkey-button", PasskeyButton);
