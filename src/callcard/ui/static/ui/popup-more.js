// How many of the folded calls lie below the end of their list, told under it. It is looked at when the page is laid out,
// never before a card is painted.
export class PopupMore {
  constructor(lines, place) {
    this.lines = lines;
    this.list = lines.list;
    this.place = place;
    this.list.addEventListener("scroll", () => this.tell(this.count()), { passive: true });
    addEventListener("resize", () => lines.soon(() => {}));
    place.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where it is
    place.addEventListener("click", () => this.list.scrollBy(0, this.list.clientHeight / 2));
  }

  /** Lines that are not seen, or not wholly. */
  count() {
    const end = this.list.getBoundingClientRect().bottom + 2;
    return [...this.list.children].filter((line) => line.getBoundingClientRect().bottom > end).length;
  }

  tell(count) {
    const words = count ? this.place.dataset.word.replace("{count}", count) : "";
    if (this.place.textContent === words) return;
    this.place.textContent = words;
    this.place.hidden = !count;
    this.list.classList.toggle("has-more", count > 0);
  }
}
