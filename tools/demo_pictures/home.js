// Category tiles, hero banners and the two marks.
import fs from "node:fs";
import { stand, svg } from "./compose.js";
import { mix, shade } from "./colour.js";
import { blur, gradient, line, oval, paint, rect } from "./draw.js";
import { item } from "./item.js";
import { PALETTES } from "./palettes.js";
import { contact, leafShadow, light } from "./stage.js";

const TILES = {
  demo: {
    clothing: "coat#b99d80 womans-boot#6f4a33 handbag#c48a84", women: "dress#c48a84 high-heeled-shoe#b9694b clutch-bag#e2b9b4", men: "~shirt#a8c4de mans-shoe#6f4a33 watch#2d3f5e", kids: "~hoodie#ecd35f teddy-bear balloon",
    shoes: "running-shoe#c8d0d6 womans-boot#b9793f flat-shoe#c48a84", bags: "handbag#b99d80 womans-hat#eac9a4 sunglasses#3b3a3c", digital: "headphone#b9bcc2 ~phone#8fa9bd ~smartwatch#3b3a3c", phones: "~phone#8fa9bd ~case#b7a5cf",
    audio: "headphone#e0dbe2 ~earbuds#efe6d6 ~speaker#2f5245", charging: "~powerbank#e6ebe8 ~charger#3b3a3c ~cable#c8452f", wearables: "~smartwatch#3b3a3c ~band#a9d6c2", computing: "laptop#b9bcc2 computer-mouse#c9c8c6 keyboard#c9c8c6", imaging: "camera#6f4a33 ~projector#efe6d6 video-game#2d3f5e",
    home: "couch-and-lamp#9fb095 potted-plant ~candlejar#9fb095", bedding: "bed#8fa9bd ~pillow#f3ece0", kitchen: "pot-of-food#c8452f ~bowl#a4bfa8 ~thermos#8fa9bd", storage: "basket#c79a68 ~crate#d8c5a5 ~drawers#f6f4ef", lamps: "~desklamp#2f5245 red-paper-lantern#c8452f light-bulb", textiles: "~towels#8fa9bd ~cushion#d9a441 ~blanket#d8c5a5", scent: "~candlejar#9fb095 ~diffuser#d9d9cc lotion-bottle#a4bfa8",
  },
  tea: {
    leaf: "~pouch#7f9a5a ~tin#a8452f ~glass#b7c97a", green: "~glass#b7c97a ~pouch#7f9a5a herb", black: "~tin#a8452f ~teacup#c8743a", oolong: "~gaiwan#e6ebe8 ~caddy#3b3a3c", white: "~caddy#e6ebe8 ~pouch#b9b98a", puer: "~cake#8a5a3a ~citrus#6f8a3f", scented: "~sachets#e6c85a rose ~tin#b9c9a0",
    ware: "teapot#7a4a3a ~teacup#a4bfa8 ~pitcher#c8a04a", pots: "teapot#7a4a3a ~gaiwan#a4bfa8", cups: "~teacup#a4bfa8 ~lidmug#a9c7c4 ~teacup#b9694b", sets: "~teaset#2f5245 ~tools#c79a68", gifts: "~giftbox#c8452f ~tin#7f9a5a", festive: "~giftbox#c8452f red-paper-lantern#c8452f", starter: "~sachets#9fb070 ~gaiwan#e6ebe8 ~tin#7f9a5a",
  },
};

async function tile(specs, p) {
  const things = await Promise.all(specs.split(" ").map((s) => item(s)));
  const [w, f] = [gradient([[0, shade(p.wall, 0.02)], [1, shade(p.wall, -0.03)]], "v"), gradient([[0, mix(p.floor, p.accent, 0.1)], [1, shade(p.floor, -0.05)]], "v")];
  const back = `<defs>${w[0]}${f[0]}</defs><rect width="800" height="800" fill="${w[1]}"/>` + paint(oval(400, 360, 290), mix(p.accent, p.wall, 0.45)) + `<rect y="600" width="800" height="200" fill="${f[1]}"/>`;
  const places = [{ x: 385, y: 668, w: 400, h: 470 }, { x: 640, y: 716, w: 210, h: 250 }, { x: 158, y: 712, w: 190, h: 220 }];
  return svg(800, 800, back + light(800, 800) + things.map((t, i) => stand(t, places[i], p.accent)).join(""));
}

export const tiles = (mall) => Promise.all(Object.entries(TILES[mall]).map(async ([slug, specs]) => [`category-${slug}`, await tile(specs, PALETTES[slug])]));

const drum = (x, top, w, h, c) => {
  const side = gradient([[0, shade(c, -0.06)], [0.3, shade(c, 0.06)], [1, shade(c, -0.12)]], "h");
  const ry = w * 0.1;
  return contact(x, top + h + w * 0.04, w * 1.05, c) + `<defs>${side[0]}</defs>` + paint(`M${x - w / 2} ${top}V${top + h}A${w / 2} ${ry} 0 0 0 ${x + w / 2} ${top + h}V${top}Z`, side[1]) + paint(oval(x, top, w / 2, ry), shade(c, 0.06));
};

/** One group of drums and things, drawn in a 1000 x 800 field whose ground is y = 620. */
const GROUPS = {
  "demo-1": { p: { wall: "#f3e6da", floor: "#e4cdbb", accent: "#d98a6c" }, rail: ["coat#b98a5c", "dress#c8452f", "~sweater#efe6d6"], drums: [[860, 560, 210, 110, 0]], things: [["handbag#6f4a33", 860, 566, 190], ["womans-boot#8a4a34", 150, 700, 170], ["womans-hat#dcb98a", 690, 716, 170]] },
  "demo-2": { p: { wall: "#e9e4d9", floor: "#d6c9b2", accent: "#8fa596" }, disc: [520, 330, 270], drums: [[500, 560, 330, 120, 1], [210, 610, 230, 90, 0], [800, 520, 230, 160, 0]], things: [["headphone#e9e4dc", 500, 570, 330], ["~candlejar#b9694b", 210, 616, 170], ["~speaker#2f5245", 800, 528, 210], ["hot-beverage#f1ede4", 350, 745, 130], ["potted-plant", 960, 740, 190], ["~earbuds#efe6d6", 670, 752, 130]] },
  "tea-1": { p: { wall: "#e9efdc", floor: "#c9d6ae", accent: "#86a45e" }, hills: true, drums: [[500, 590, 360, 70, 2], [790, 620, 260, 60, 2]], things: [["~pouch#5f8a4e", 440, 600, 330], ["~glass#b7c97a", 620, 612, 200], ["~gaiwan#eef2ec", 800, 628, 210], ["~tin#a8452f", 200, 730, 220], ["herb", 985, 748, 150]] },
  "tea-2": { p: { wall: "#efe6d8", floor: "#cfb48f", accent: "#a5623f" }, disc: [520, 320, 250], drums: [[470, 620, 620, 40, 2]], things: [["~cake#8a5a3a", 330, 622, 270], ["teapot#7a4a3a", 580, 628, 250], ["~teacup#8d857b", 730, 726, 120], ["~teacup#a4bfa8", 880, 740, 110], ["~caddy#3b3a3c", 140, 730, 200], ["pine-decoration", 950, 640, 180]] },
};

async function group(g) {
  const { p } = g;
  const woods = [mix(p.floor, p.wall, 0.55), mix(p.accent, p.wall, 0.4), "#b58a5c"];
  let out = g.disc ? paint(oval(...g.disc), mix(p.accent, p.wall, 0.45)) : "";
  if (g.rail) {
    const wood = gradient([[0, "#d6ad7c"], [0.4, "#c0925f"], [1, "#94683f"]], "v");
    out += `<defs>${wood[0]}</defs>` + paint(rect(60, 90, 900, 16, 6), wood[1]) + [70, 935].map((x) => paint(rect(x, 90, 15, 620, 6), wood[1])).join("") + contact(510, 706, 820, p.accent, 0.5);
    for (const [i, spec] of g.rail.entries()) {
      const t = await item(spec), x = 240 + i * 250, k = Math.min(260 / t.box.w, 360 / t.box.h), [d, f] = blur(14);
      const inner = `<g transform="translate(${x - (t.box.x + t.box.w / 2) * k} ${170 - t.box.y * k}) scale(${k})">${t.svg}</g>`;
      out += line(`M${x} 148V112Q${x} 96 ${x + 12} 92`, "#8d8a86", 5) + line(`M${x - 66} 188L${x} 148L${x + 66} 188`, "#a97a49", 11) + `<defs>${d}</defs>` + inner;
    }
  }
  out += g.drums.map(([x, top, w, h, c]) => drum(x, top, w, h, woods[c])).join("");
  for (const [spec, x, y, s] of g.things) out += stand(await item(spec), { x, y, w: s, h: s * 1.15 }, p.accent);
  return out;
}

function room(g, w, h, ground) {
  const { p } = g;
  const [wl, fl] = [gradient([[0, shade(p.wall, 0.02)], [1, shade(p.wall, -0.02)]], "v"), gradient([[0, shade(p.floor, 0.02)], [1, shade(p.floor, -0.06)]], "v")];
  const ridge = (y, a, c) => paint(`M0 ${y}C${w * 0.12} ${y - a} ${w * 0.24} ${y - a} ${w * 0.38} ${y - a * 0.2}S${w * 0.62} ${y - a * 1.2} ${w * 0.74} ${y - a * 0.5}S${w * 0.92} ${y - a} ${w} ${y - a * 0.4}V${h}H0Z`, c);
  const far = g.hills ? paint(oval(w * 0.86, ground * 0.32, 90), "#fdf6df") + ridge(ground * 0.86, 150, mix(p.wall, p.accent, 0.25)) + ridge(ground * 0.96, 110, mix(p.wall, p.accent, 0.45)) : "";
  return `<defs>${wl[0]}${fl[0]}</defs><rect width="${w}" height="${h}" fill="${wl[1]}"/>${far}<rect y="${ground}" width="${w}" height="${h - ground}" fill="${fl[1]}"/>` + (g.hills ? "" : leafShadow(p, w * 0.06, -60, 1, -34, 0.12)) + light(w, h);
}

/** Two scenes per mall: wide (words go left) and square (words go above). */
export async function banners(mall) {
  const out = [];
  for (const n of [1, 2]) {
    const g = GROUPS[`${mall}-${n}`];
    out.push([`hero-${n}-wide`, svg(1600, 800, room(g, 1600, 800, 600) + `<g transform="translate(545 -22) scale(1.04)">${await group(g)}</g>`)]);
    out.push([`hero-${n}-square`, svg(1200, 1200, room(g, 1200, 1200, 960) + `<g transform="translate(70 300) scale(1.06)">${await group(g)}</g>`)]);
  }
  return out;
}

const LOGOS = {
  demo: '<rect width="64" height="64" rx="15" fill="#c2412d"/><path d="M12 27V18a4 4 0 0 1 4-4h32a4 4 0 0 1 4 4v9a5 5 0 0 1-10 0 5 5 0 0 1-10 0 5 5 0 0 1-10 0 5 5 0 0 1-10 0Z" fill="#fff8ef"/><path d="M16 37v12a3 3 0 0 0 3 3h5V44a8 8 0 0 1 16 0v8h5a3 3 0 0 0 3-3V37" fill="none" stroke="#fff8ef" stroke-width="4.5" stroke-linejoin="round"/>',
  tea: '<rect width="64" height="64" rx="15" fill="#4f7450"/><path d="M8 47c8-9 14-9 21-2s14 4 27-6v8a9 9 0 0 1-9 9H17a9 9 0 0 1-9-9Z" fill="#f4f5e6" opacity=".9"/><path d="M33 42C22 38 19 25 31 10c13 10 15 24 4 32Z" fill="#f4f5e6"/><path d="M32 20c-1 9 0 16 2 24" fill="none" stroke="#4f7450" stroke-width="2.6" stroke-linecap="round"/>',
};
export function logos(mall, out) {
  const title = { demo: "集市优选", tea: "茶山小集" }[mall];
  fs.writeFileSync(new URL(`${mall}/logo.svg`, out), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64" role="img" aria-label="${title}">${LOGOS[mall]}</svg>\n`);
}
