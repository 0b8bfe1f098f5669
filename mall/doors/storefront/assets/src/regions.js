// Province, city, district: the next list is fetched when a choice was made.
const known = new Map();

async function below(parent) {
  if (!known.has(parent)) {
    const answer = await fetch(`/api/shop/v1/regions?parent=${parent}`);
    if (!answer.ok) return [];
    known.set(parent, await answer.json());
  }
  return known.get(parent);
}

function fill(select, regions) {
  select.length = 1;
  for (const region of regions) {
    const option = new Option(region.name, region.code);
    if (region.leaf) option.dataset.leaf = "";
    select.add(option);
  }
  select.disabled = regions.length === 0;
}

export function pickRegions(root) {
  for (const group of root.querySelectorAll("[data-regions]")) {
    const selects = [...group.querySelectorAll("select")];
    selects.forEach((select, level) => {
      select.disabled = select.length < 2 && level > 0;
      select.addEventListener("change", async () => {
        for (const deeper of selects.slice(level + 1)) fill(deeper, []);
        const next = selects[level + 1];
        const leaf = select.selectedOptions[0]?.dataset.leaf !== undefined;
        if (!next || !select.value || leaf) return;
        const regions = await below(select.value);
        fill(next, regions);
        if (regions.length === 1) {
          next.selectedIndex = 1;
          next.dispatchEvent(new Event("change"));
        } else next.focus();
      });
    });
  }
}
