// One thing in a picture: a Fluent Emoji or a thing drawn here, recoloured, with its true bounds.
import fs from "node:fs";
import sharp from "sharp";
import { calm, recolour, shade } from "./colour.js";
import * as clothes from "./things/clothes.js";
import * as devices from "./things/devices.js";
import * as rooms from "./things/rooms.js";
import * as tea from "./things/tea.js";

const emoji = JSON.parse(fs.readFileSync(new URL("node_modules/@iconify-json/fluent-emoji/icons.json", import.meta.url)));
const drawn = { ...clothes, ...devices, ...rooms, ...tea };
const bounds = new Map();
const rasters = new Map();
const ROOM = 420; // units around the 320 box that a thing may use (a lamp cord, smoke)

// Which colours of an emoji are the product's own, where the leading hue is not.
const FROM = { "pot-of-food": "grey", "hot-beverage": "grey", radio: "grey", printer: "grey", "kitchen-knife": "vivid" };
// Emoji whose large areas are lighter than their middle colour.
const DEEPER = { "hiking-boot": 0.09, coat: 0.05, "mans-shoe": 0.05 };
// Tilted emoji that should stand on their sole.
const TURN = { "running-shoe": -42 };

// An emoji is drawn once at twice the size and scaled down: its inner shadows have hard edges otherwise.
const PAD = 5;
async function emojiBody(name, colour) {
  const key = `${name}${colour ?? ""}`;
  if (rasters.has(key)) return rasters.get(key);
  let b = (emoji.icons[name] ?? emoji.icons[emoji.aliases[name].parent]).body;
  b = calm(colour ? recolour(b, DEEPER[name] ? shade(colour, -DEEPER[name]) : colour, FROM[name]) : b);
  const turn = TURN[name] ? ` transform="rotate(${TURN[name]} 16 16)"` : "";
  const doc = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="2000" height="2000" viewBox="${-PAD} ${-PAD} ${32 + 2 * PAD} ${32 + 2 * PAD}"><g${turn}>${b}</g></svg>`;
  const png = await sharp(Buffer.from(doc)).resize(1000).png({ compressionLevel: 1 }).toBuffer();
  const side = 10 * (32 + 2 * PAD);
  const image = `<image x="${-10 * PAD}" y="${-10 * PAD}" width="${side}" height="${side}" xlink:href="data:image/png;base64,${png.toString("base64")}"/>`;
  rasters.set(key, image);
  return image;
}

/** Finds what a thing really covers inside its box, once per name: {x, y, w, h} in units of the box. */
async function measure(name, svg) {
  if (bounds.has(name)) return bounds.get(name);
  const side = 320 + 2 * ROOM, px = 290;
  const doc = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${px}" height="${px}" viewBox="${-ROOM} ${-ROOM} ${side} ${side}">${svg}</svg>`;
  const { data, info } = await sharp(Buffer.from(doc)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  let [x0, y0, x1, y1] = [px, px, 0, 0];
  for (let y = 0; y < px; y++)
    for (let x = 0; x < px; x++)
      if (data[(y * info.width + x) * 4 + 3] > 90) [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
  const k = side / px;
  const box = { x: x0 * k - ROOM, y: y0 * k - ROOM, w: (x1 - x0) * k, h: (y1 - y0) * k };
  if (name === "~pendant") Object.assign(box, { y: 44, h: 202 });
  bounds.set(name, box);
  return box;
}

/** Makes {svg, box, name} of "name", "name#rrggbb", "~drawn#rrggbb" or "name#c" with `colour`. */
export async function item(spec, colour) {
  const [name, mark] = spec.split("#");
  const c = mark === "c" ? colour : mark ? `#${mark}` : undefined;
  const svg = name[0] === "~" ? drawn[name.slice(1)](c ?? "#c9b79c") : await emojiBody(name, c);
  return { name, svg, colour: c, box: await measure(name, svg) };
}
