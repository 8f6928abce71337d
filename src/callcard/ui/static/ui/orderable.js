// A list whose lines are put in order by dragging, or by their up and down buttons: <ul data-orderable>.
let dragged = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-orderable] [data-move]");
  if (!button) return;
  const item = button.closest("li");
  if (button.dataset.move === "up") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
  const other = button.dataset.move === "up" ? "down" : "up";
  if (document.activeElement !== button) item.querySelector(`[data-move="${other}"]`).focus(); // at an end, its own is not shown
});

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-orderable] .handle");
  if (!handle) return;
  dragged = handle.closest("li");
  dragged.dataset.dragged = "";
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const over = [...dragged.parentElement.children].find((item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return item !== dragged && event.clientY > top && event.clientY < bottom;
  });
  if (!over) return;
  const isAfter = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (isAfter) over.after(dragged);
  else over.before(dragged);
});

for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => {
    if (dragged) delete dragged.dataset.dragged;
    dragged = null;
  });
