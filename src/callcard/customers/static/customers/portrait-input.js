// <portrait-input>: a photo that is chosen, dropped, pasted, or taken with the camera.
class PortraitInput extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.input.addEventListener("change", () => this.preview(this.input.files[0]));
    this.addEventListener("dragover", (event) => event.preventDefault());
    this.addEventListener("drop", (event) => this.take(event, event.dataTransfer));
    this.pasted = (event) => this.isConnected && !this.closest("[hidden]") && this.take(event, event.clipboardData);
    document.addEventListener("paste", this.pasted);
    if (navigator.mediaDevices?.getUserMedia) this.append(this.cameraButton());
    else this.input.capture = "user";
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this.pasted);
    this.stop();
  }

  /** The first picture among what was dropped or pasted; anything else goes its usual way. */
  take(event, transfer) {
    const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    this.use(file);
  }

  use(file) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    this.input.files = chosen.files;
    this.preview(file);
  }

  preview(file) {
    if (!file) return;
    const picture = Object.assign(document.createElement("img"), { className: "portrait", src: URL.createObjectURL(file), alt: "" });
    picture.dataset.preview = "";
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    this.querySelector("[data-preview]").replaceWith(picture);
  }

  cameraButton() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: this.dataset.wordCamera });
    button.addEventListener("click", () => this.open(button));
    return button;
  }

  async open(button) {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 960 }, facingMode: "user" } });
    } catch {
      button.replaceWith(Object.assign(document.createElement("p"), { className: "help", textContent: this.dataset.wordRefused }));
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.className = "camera";
    const video = Object.assign(document.createElement("video"), { srcObject: this.stream, autoplay: true, muted: true, playsInline: true });
    const shoot = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: this.dataset.wordShoot });
    const close = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: this.dataset.wordClose });
    shoot.addEventListener("click", () => this.shoot(video, dialog));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => (this.stop(), dialog.remove()));
    dialog.append(video, shoot, close);
    this.append(dialog);
    dialog.showModal();
  }

  shoot(video, dialog) {
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      if (blob) this.use(new File([blob], "camera.jpg", { type: "image/jpeg" }));
      dialog.close();
    }, "image/jpeg", 0.92);
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
customElements.define("portrait-input", PortraitInput);
