// The gallery scrolls by itself; this tells which picture is seen and lets thumbnails choose.
export function followGallery(root) {
  for (const gallery of root.querySelectorAll("[data-gallery]")) {
    const row = gallery.querySelector(".gallery__row");
    const at = gallery.querySelector("[data-at]");
    const thumbs = [...gallery.querySelectorAll(".gallery__thumbs a")];
    const seen = () => Math.round(row.scrollLeft / Math.max(row.clientWidth, 1));
    const tell = () => {
      const now = seen();
      if (at) at.textContent = now + 1;
      thumbs.forEach((thumb, n) => {
        if (n === now) thumb.setAttribute("aria-current", "true");
        else thumb.removeAttribute("aria-current");
      });
    };
    row.addEventListener("scroll", () => requestAnimationFrame(tell), { passive: true });
    thumbs.forEach((thumb, n) =>
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        showPicture(row, n);
      }),
    );
  }
}

export function showPicture(row, n) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollTo({ left: n * row.clientWidth, behavior: calm ? "instant" : "smooth" });
}
