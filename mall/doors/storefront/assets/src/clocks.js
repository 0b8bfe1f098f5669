// Countdowns, waiting for a second code, and pages that look again by themselves.
const two = (number) => String(number).padStart(2, "0");

function countDown(element) {
  const until = Date.parse(element.dataset.until);
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    element.textContent = `${two(Math.floor(left / 60))}:${two(left % 60)}`;
    if (left > 0) setTimeout(tick, 1000);
    else location.reload();
  };
  if (until > Date.now()) tick();
}

function waitForAgain(button) {
  const words = button.textContent;
  let left = Number(button.dataset.againIn);
  const tick = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.words.replace("%", left) : words;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

function lookAgain(element) {
  const key = `looked ${location.pathname}`;
  const times = Number(sessionStorage.getItem(key) ?? 0);
  sessionStorage.setItem(key, times + 1);
  const pause = Math.min(Number(element.dataset.again) * 1.3 ** Math.min(times, 8), 10_000);
  setTimeout(() => location.reload(), pause);
}

export function runClocks(root) {
  root.querySelectorAll("[data-until]").forEach(countDown);
  root.querySelectorAll("[data-again-in]").forEach(waitForAgain);
  root.querySelectorAll("[data-again]").forEach(lookAgain);
}
