// The last searches, kept on this device only.
const KEY = "searches";
const MOST = 10;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]").filter((word) => typeof word === "string");
  } catch {
    return [];
  }
}

function write(words) {
  try {
    localStorage.setItem(KEY, JSON.stringify(words.slice(0, MOST)));
  } catch {
    // A browser that keeps nothing: then there is no history.
  }
}

function show(section) {
  const words = read();
  section.hidden = words.length === 0;
  const links = words.map((word) => {
    const link = document.createElement("a");
    link.className = "chip";
    link.href = `/search?q=${encodeURIComponent(word)}`;
    link.textContent = word;
    return link;
  });
  section.querySelector("[data-history-words]").replaceChildren(...links);
}

// Fields that were left empty have no place in the address of a list.
function leaveOutEmpty(event) {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData]) {
    if (value === "") event.detail.formData.delete(name);
  }
}

export function rememberSearches() {
  document.addEventListener("htmx:configRequest", leaveOutEmpty);
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("role") !== "search") return;
    const word = event.target.elements.q?.value.trim().slice(0, 60);
    if (word) write([word, ...read().filter((other) => other !== word)]);
  });
  const section = document.querySelector("[data-history]");
  if (!section) return;
  show(section);
  section.querySelector("[data-forget]").addEventListener("click", () => {
    write([]);
    show(section);
  });
}
