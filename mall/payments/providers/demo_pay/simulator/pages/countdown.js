(() => {
  const left = document.getElementById("left");
  if (left) {
    const end = performance.now() + Number(left.dataset.seconds) * 1000;
    document.querySelector(".ticking").hidden = false;
    document.querySelector(".until").hidden = true;
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      const two = (n) => String(n).padStart(2, "0");
      left.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
      left.classList.toggle("soon", seconds < 60);
      if (seconds > 0) setTimeout(tick, 250);
      else location.reload();
    };
    if (Number(left.dataset.seconds) > 0) tick();
  }
  const form = document.querySelector("form");
  if (form) {
    form.addEventListener("submit", (event) => {
      const button = form.querySelector("button");
      if (button.getAttribute("aria-busy")) event.preventDefault();
      button.setAttribute("aria-busy", "true");
    });
    addEventListener("pageshow", () => form.querySelector("button").removeAttribute("aria-busy"));
  }
})();
