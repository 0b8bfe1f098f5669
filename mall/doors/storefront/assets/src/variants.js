// Choosing a variant: price, stock and picture follow at once; what cannot be had looks so.
import { showPicture } from "./gallery.js";

function parts(minor, digits) {
  const unit = 10 ** digits;
  const whole = Math.floor(minor / unit).toLocaleString("en-US");
  return [whole, digits ? `.${String(minor % unit).padStart(digits, "0")}` : ""];
}

function priced(minor, kind, facts) {
  const price = document.createElement("span");
  price.className = kind ? `price price--${kind}` : "price";
  const [whole, rest] = parts(minor, facts.digits);
  const small = (text) => Object.assign(document.createElement("i"), { textContent: text });
  price.append(small(facts.sign), whole, small(rest));
  return price;
}

function plain(minor, facts) {
  return facts.sign + parts(minor, facts.digits).join("");
}

function showPrice(box, small, sku, facts) {
  const shown = [priced(sku.p, sku.w ? "deal" : "", facts)];
  if (sku.w) {
    const was = Object.assign(document.createElement("s"), { className: "was" });
    was.textContent = plain(sku.w, facts);
    const saved = Object.assign(document.createElement("span"), {
      className: "label label--accent",
    });
    saved.textContent = facts.saves.replace("%", plain(sku.w - sku.p, facts));
    shown.push(was, saved);
  }
  box.replaceChildren(...shown);
  small?.replaceChildren(priced(sku.p, "", facts));
}

function fits(sku, values) {
  return sku.v.every((value, n) => values[n] === null || values[n] === value);
}

export function chooseVariants(root) {
  const source = root.querySelector?.("#variants");
  const product = root.querySelector?.("[data-product]");
  if (!source || !product) return;
  const facts = JSON.parse(source.textContent);
  const form = product.querySelector("#choice");
  const sets = [...form.querySelectorAll(".option")];
  if (sets.length === 0) return;
  const row = product.querySelector(".gallery__row");
  const thumbs = [...product.querySelectorAll(".gallery__thumbs img")];
  const find = (name) => product.querySelector(`[data-${name}]`);

  const chosen = () =>
    sets.map((set) => set.querySelector("input:checked")?.value ?? null);

  function showValues(values) {
    sets.forEach((set, n) => {
      for (const input of set.querySelectorAll("input")) {
        const tried = values.map((value, m) => (m === n ? input.value : value));
        const some = facts.skus.some((sku) => sku.a > 0 && fits(sku, tried));
        input.parentElement.classList.toggle("value--none", !some);
        input.parentElement.title = some ? "" : facts.none;
      }
      const title = set.querySelector("input:checked")?.dataset.title ?? "";
      set.querySelector("[data-option]").textContent = title;
    });
    const words = sets.map((set) => set.querySelector("input:checked")?.dataset.title);
    find("chosen").textContent = words.filter(Boolean).join(" / ") || facts.choose;
  }

  function showSku(sku) {
    if (sku) showPrice(find("price"), find("price-small"), sku, facts);
    const stock = sku ? sku.s : facts.none;
    find("stock").textContent = stock;
    const label = find("stock-label");
    label.textContent = stock;
    label.className = `stock stock--${sku ? sku.l : "none"}`;
    const input = form.elements.quantity;
    input.max = Math.max(sku?.a ?? 1, 1);
    input.value = Math.min(Number(input.value) || 1, Number(input.max));
    for (const button of form.querySelectorAll("[data-buttons] button")) {
      button.disabled = !sku || sku.a <= 0;
    }
    if (sku && sku.i >= 0) {
      showPicture(row, sku.i);
      const shown = find("choice-picture").querySelector("img");
      if (shown && thumbs[sku.i]) shown.src = thumbs[sku.i].src;
    }
  }

  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    const values = chosen();
    showValues(values);
    const whole = values.every((value) => value !== null);
    showSku(whole ? facts.skus.find((sku) => fits(sku, values)) : undefined);
    const query = new URLSearchParams();
    sets.forEach((set) => {
      const input = set.querySelector("input:checked");
      if (input) query.set(input.name, input.value);
    });
    history.replaceState(history.state, "", `${location.pathname}?${query}`);
  });
}
