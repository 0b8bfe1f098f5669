// The number at the cart: pages that everybody shares do not know it, a cookie does.
export function showUnits() {
  const found = document.cookie.match(/(?:^|; )mall_cart=(\d+)/);
  if (!found) return;
  const units = Number(found[1]);
  for (const badge of document.querySelectorAll("[data-units]")) {
    badge.textContent = units > 99 ? "99+" : units || "";
  }
}

export function watchCart() {
  document.addEventListener("htmx:afterRequest", showUnits);
  // A quantity typed into a line of the cart is sent when the field is left.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-on-change]");
    if (form) form.requestSubmit();
  });
}
