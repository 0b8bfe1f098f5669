// Short sayings at the foot of the page. The server sends them beside its answer:
// HX-Trigger: {"said": {"text": ..., "href": ..., "link": ...}}
const STAYS = 3500;

export function say({ text, href, link }) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(text);
  if (href) {
    const way = document.createElement("a");
    way.href = href;
    way.textContent = link;
    toast.append(way);
  }
  const place = document.getElementById("toasts");
  place.replaceChildren(toast);
  setTimeout(() => toast.remove(), STAYS);
}

export function hearSayings() {
  document.addEventListener("said", (event) => {
    const open = document.querySelector(".sheet:popover-open");
    if (open && event.detail.closes) open.hidePopover();
    say(event.detail);
  });
}
