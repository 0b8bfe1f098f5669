// The arrow in the top bar goes back to where the visitor was, position and all, when that was
// a page of this mall; else to the page above.
export function keepBack() {
  document.addEventListener("click", (event) => {
    const arrow = event.target.closest("[data-back]");
    if (!arrow || event.metaKey || event.ctrlKey || history.length < 2) return;
    if (!document.referrer.startsWith(`${location.origin}/`)) return;
    event.preventDefault();
    history.back();
  });
}
