// Minus and plus beside a number, within its limits.
export function takeSteps(root) {
  for (const button of root.querySelectorAll("[data-step]")) {
    const input = button.parentElement.querySelector("input");
    button.addEventListener("click", () => {
      const wanted = (Number(input.value) || 1) + Number(button.dataset.step);
      const most = Number(input.max) || 999;
      input.value = Math.min(Math.max(wanted, Number(input.min) || 1), most);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
