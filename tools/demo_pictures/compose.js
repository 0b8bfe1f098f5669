// Puts things on a stage: one picture as an SVG.
import { item } from "./item.js";
import { blur, body, line, uid } from "./draw.js";
import { mix, oklch, shade } from "./colour.js";
import { contact, LAYOUTS, light } from "./stage.js";

export const svg = (w, h, inner) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">${inner}</svg>`;

/** Stands a thing at a place (x centre, y base), with its shadow on the ground. */
export function stand(thing, place, tone, strength = 1) {
  const k = Math.min(place.w / thing.box.w, place.h / thing.box.h);
  const w = thing.box.w * k;
  const move = `translate(${place.x - (thing.box.x + thing.box.w / 2) * k} ${place.y - (thing.box.y + thing.box.h) * k}) scale(${k})`;
  return contact(place.x, place.y - 3, w * 0.92, tone, strength) + `<g transform="${move}">${thing.svg}</g>`;
}

/** Lays or hangs a thing: centred at (x, y), with a shadow of its own shape. */
function lay(thing, place, { dx = 16, dy = 22, soft = 20, top = false } = {}) {
  const k = Math.min(place.w / thing.box.w, place.h / thing.box.h);
  const cy = top ? place.y + (thing.box.h * k) / 2 : place.y;
  const move = `translate(${place.x} ${cy}) rotate(${place.turn ?? 0}) scale(${k}) translate(${-(thing.box.x + thing.box.w / 2)} ${-(thing.box.y + thing.box.h / 2)})`;
  const id = uid("d");
  const shadow = `<filter id="${id}" x="-20%" y="-20%" width="150%" height="150%"><feGaussianBlur in="SourceAlpha" stdDeviation="${soft}"/><feOffset dx="${dx}" dy="${dy}"/><feComponentTransfer><feFuncA type="linear" slope=".34"/></feComponentTransfer></filter>`;
  return `<defs>${shadow}</defs><g filter="url(#${id})"><g transform="${move}">${thing.svg}</g></g><g transform="${move}">${thing.svg}</g>`;
}

function hanger(thing, place) {
  const clips = /skirt|trousers|jeans|shorts/.test(thing.name), k = Math.min(place.w / thing.box.w, place.h / thing.box.h);
  const w = thing.box.w * k, y = place.y, hook = line(`M600 ${y - 56}V${y - 92}Q600 ${y - 118} 622 ${y - 122}T650 ${y - 150}Q650 ${y - 172} 624 ${y - 172}`, "#8d8a86", 8);
  if (clips) return hook + line(`M${600 - w * 0.24} ${y - 40}H${600 + w * 0.24}`, "#b98652", 16) + [-1, 1].map((s) => body(`M${600 + s * w * 0.17 - 14} ${y - 48}h28v64h-28Z`, "#8d8a86", { rim: 5 })).join("");
  return hook + line(`M${600 - w * 0.26} ${y + 40}L600 ${y - 48}L${600 + w * 0.26} ${y + 40}`, "#b98652", 20);
}

/** Keeps a pale thing off a pale wall: the whole set goes a tone deeper. */
function contrast(p, colour) {
  if (!colour) return p;
  const [L, C] = oklch(colour);
  if (L < 0.83 || C > 0.09) return p;
  const deep = (c, t) => shade(mix(c, p.accent, t), -0.035);
  return { wall: deep(p.wall, 0.34), floor: deep(p.floor, 0.34), accent: shade(p.accent, -0.05) };
}

export async function picture(scene, palette, { layout = scene.layout, colour, mirror = false } = {}) {
  const hero = await item(scene.hero, colour);
  const props = await Promise.all(scene.props.slice(0, 2).map((s) => item(s, colour)));
  const p = contrast(palette, hero.colour);
  p.bare = props.length === 0;
  const set = LAYOUTS[layout](p);
  const flip = mirror && !set.hang;
  const side = (place) => (flip ? { ...place, x: 1200 - place.x, turn: -(place.turn ?? 0) } : place);
  let things = "";
  const rest = props.map((thing, i) => {
    if (set.sky && thing.name === "cloud") return lay(thing, side(set.sky), { soft: 16 });
    return set.top ? lay(thing, side(set.props[i]), { dx: 10, dy: 14, soft: 12 }) : stand(thing, side(set.props[i]), p.accent);
  });
  if (set.hang === "cord") things += lay(hero, { ...set.hero, turn: 0 }, { top: true, dx: 0, dy: 10, soft: 14 });
  else if (set.hang) things += hanger(hero, set.hero) + lay(hero, { ...set.hero, turn: 0 }, { top: true, dx: 30, dy: 26, soft: 22 });
  else if (set.top) things += lay(hero, side(set.hero));
  else things += stand(hero, side(set.hero), p.accent, set.float ?? 1);
  const back = flip ? `<g transform="translate(1200 0) scale(-1 1)">${set.back}</g>` : set.back;
  return svg(1200, 1200, back + light() + things + rest.join(""));
}
