// htmx, which swaps parts of a page, only on pages that have such parts, and only after the first
// picture was painted: on a slow line the two would share the way, and the picture would be late.
const ASKING = "[hx-get], [hx-post], [hx-boost]";
const SETTINGS = {
  includeIndicatorStyles: false, // the policy would refuse them
  allowEval: false,
  historyCacheSize: 0,
  globalViewTransitions: false,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "409", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
};
const LATE = 1000; // milliseconds; some browsers tell nobody what they have painted

async function painted() {
  if (document.readyState !== "complete") {
    await new Promise((done) => window.addEventListener("load", done, { once: true }));
  }
  await new Promise((done) => {
    new PerformanceObserver(done).observe({ type: "paint", buffered: true });
    setTimeout(done, LATE);
  });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

// What is pressed or ticked before it is there waits for it, and is then done again; should it not
// come, the browser does it alone, as it would without any script.
function holdUntil(ready) {
  const waiting = [];
  const hold = (event) => {
    const button = event.type === "click" && event.target.closest("[hx-post]");
    if (button) {
      event.preventDefault();
      waiting.push(() => button.click());
    } else if (event.type === "change" && event.target.closest("[hx-get]")) {
      const again = new Event("change", { bubbles: true });
      waiting.push(() => event.target.dispatchEvent(again));
    }
  };
  const kinds = ["click", "change"];
  for (const kind of kinds) document.addEventListener(kind, hold);
  ready.finally(() => {
    for (const kind of kinds) document.removeEventListener(kind, hold);
    for (const repeat of waiting) repeat();
  });
}

// Its settings are read from the page, once, when it begins.
function begin() {
  const settings = document.createElement("meta");
  settings.name = "htmx-config";
  settings.content = JSON.stringify(SETTINGS);
  document.head.append(settings);
  return import("htmx.org");
}

// The colours of pictures that came later: the page's own sheet does not know them.
export function tint(root) {
  for (const one of root.querySelectorAll("[data-tint]")) {
    one.style.setProperty("--tint", one.dataset.tint);
  }
}

export function swapParts() {
  if (!document.querySelector(ASKING)) return;
  const ready = painted().then(begin);
  holdUntil(ready.catch(() => {}));
}
