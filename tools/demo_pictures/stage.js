// The studio: walls, floors, plinths, light. Every layout answers where the things stand.
import { blur, body, cylinder, gradient, line, oval, paint, rect, uid } from "./draw.js";
import { mix, shade } from "./colour.js";

const S = 1200;
const fill = (stops, dir) => gradient(stops, dir);

function wall(p, top = 0.03, low = -0.03, w = S, h = S) {
  const [d, f] = fill([[0, shade(p.wall, top)], [1, shade(p.wall, low)]], "v");
  return `<defs>${d}</defs><rect width="${w}" height="${h}" fill="${f}"/>`;
}
function floor(p, y, w = S, h = S) {
  const [d, f] = fill([[0, shade(p.floor, 0.035)], [0.35, p.floor], [1, shade(p.floor, -0.05)]], "v");
  const [e, g] = fill([[0, shade(p.floor, -0.16), 0], [1, shade(p.floor, -0.16), 0.35]], "v");
  return `<defs>${d}${e}</defs><rect y="${y - 70}" width="${w}" height="70" fill="${g}" opacity=".5"/><rect y="${y}" width="${w}" height="${h - y}" fill="${f}"/>`;
}
/** Light from the upper left and a little fall-off lower right, over everything but the things. */
export function light(w = S, h = S) {
  const [a, b] = [uid("l"), uid("l")];
  return (
    `<defs><radialGradient id="${a}" cx=".22" cy=".12" r=".85"><stop offset="0" stop-color="#fffaf0" stop-opacity=".5"/><stop offset="1" stop-color="#fffaf0" stop-opacity="0"/></radialGradient>` +
    `<radialGradient id="${b}" cx=".42" cy=".4" r=".85"><stop offset=".62" stop-color="#5a3d28" stop-opacity="0"/><stop offset="1" stop-color="#5a3d28" stop-opacity=".15"/></radialGradient></defs>` +
    `<rect width="${w}" height="${h}" fill="url(#${a})"/><rect width="${w}" height="${h}" fill="url(#${b})"/>`
  );
}
export function leafShadow(p, x, y, s, turn, alpha = 0.2) {
  const [d, f] = blur(7);
  const leaf = (i) => { const side = i % 2 ? 1 : -1, t = 60 + i * 62; return `<path transform="translate(0 ${t}) rotate(${side * (58 - i * 2)})" d="M0 0Q46 -70 0 -${176 - i * 9}Q-46 -70 0 0Z"/>`; };
  return `<defs>${d}</defs><g transform="translate(${x} ${y}) rotate(${turn}) scale(${s})" fill="${shade(p.floor, -0.4)}" opacity="${alpha}" filter="${f}">${[...Array(9)].map((_, i) => leaf(i)).join("")}<path d="M-4 0H4L2 640H-2Z"/></g>`;
}
function panes(p) {
  const [d, f] = blur(9);
  const one = (x, y) => `<path d="M${x} ${y}h190l-120 300h-190Z"/>`;
  return `<defs>${d}</defs><g fill="#fff8e6" opacity=".62" filter="${f}">${one(330, 60)}${one(550, 60)}${one(196, 394)}${one(416, 394)}</g>`;
}
export function sphere(x, base, r, c) {
  const id = uid("s");
  return contact(x, base, r * 1.5, c) + `<defs><radialGradient id="${id}" cx=".34" cy=".28" r=".8"><stop offset="0" stop-color="${shade(c, 0.12)}"/><stop offset=".55" stop-color="${c}"/><stop offset="1" stop-color="${shade(c, -0.18)}"/></radialGradient></defs>` + `<circle cx="${x}" cy="${base - r}" r="${r}" fill="url(#${id})"/>`;
}
/** A soft shadow where something of width w touches the ground. */
export function contact(x, y, w, tone = "#8a6a4e", strength = 1) {
  const [a, near] = blur(Math.max(4, w * 0.022)), [b, far] = blur(Math.max(8, w * 0.06));
  const dark = mix(shade(tone, -0.3), "#2c1d12", 0.6);
  return `<defs>${a}${b}</defs>` + paint(oval(x + w * 0.07, y + w * 0.012, w * 0.56, w * 0.075), dark, `filter="${far}" opacity="${0.3 * strength}"`) + paint(oval(x + w * 0.012, y, w * 0.44, w * 0.032), dark, `filter="${near}" opacity="${0.5 * strength}"`);
}
const plinth = (x, top, w, h, c) => contact(x, top + h + w * 0.05, w * 1.08, c, 0.9) + cylinder(x - w / 2, top, w, h, c, { ry: w * 0.1, top: shade(c, 0.035) });

function slab(x, top, w, h, c) {
  const face = fill([[0, shade(c, 0.01)], [1, shade(c, -0.09)]], "v"), lid = fill([[0, shade(c, 0.07)], [1, shade(c, 0.03)]], "v");
  const k = w * 0.07;
  return contact(x, top + h + 30, w * 1.02, c, 0.9) + `<defs>${face[0]}${lid[0]}</defs>` + paint(rect(x - w / 2, top + 26, w, h, 12), face[1]) + paint(`M${x - w / 2 + k} ${top - 30}H${x + w / 2 - k}L${x + w / 2} ${top + 30}Q${x + w / 2} ${top + 42} ${x + w / 2 - 12} ${top + 42}H${x - w / 2 + 12}Q${x - w / 2} ${top + 42} ${x - w / 2} ${top + 30}Z`, lid[1]);
}
const at = (x, y, w, h = w, turn = 0) => ({ x, y, w, h, turn });
const soft = (p, t) => mix(p.accent, p.wall, t * 0.82);

export const LAYOUTS = {
  arch(p) {
    const inner = fill([[0, soft(p, 0.25)], [1, soft(p, 0.55)]], "v");
    const arch = (k) => `M${300 - k} 905V${460}A${300 + k} ${300 + k} 0 0 1 ${900 + k} 460V905Z`;
    return { back: wall(p) + `<defs>${inner[0]}</defs>` + paint(arch(34), shade(p.wall, 0.02)) + paint(arch(0), shade(p.accent, -0.08), 'opacity=".35"') + paint(`M322 905V470A278 278 0 0 1 878 470V905Z`, inner[1]) + floor(p, 900) + plinth(600, 930, 620, 110, mix(p.floor, p.wall, 0.55)),
      hero: at(600, 942, 560, 640), props: [at(205, 1090, 230), at(1010, 1085, 220)] };
  },
  steps(p) {
    const a = mix(p.floor, p.wall, 0.6), b = soft(p, 0.35), c = soft(p, 0.6);
    return { back: wall(p) + floor(p, 790) + plinth(300, 820, 270, 230, c) + plinth(640, 860, 560, 190, a) + plinth(1000, 950, 250, 130, b) + (p.bare ? sphere(300, 826, 72, shade(p.accent, 0.02)) + sphere(1000, 954, 50, mix(p.accent, "#ffffff", 0.45)) : ""),
      hero: at(640, 872, 560, 660), props: [at(300, 826, 210, 230), at(1000, 956, 180, 200)] };
  },
  disc(p) {
    const sun = fill([[0, shade(p.accent, 0.05)], [1, soft(p, 0.65)]], "v");
    return { back: wall(p) + `<defs>${sun[0]}</defs>` + paint(oval(600, 500, 380), sun[1], 'opacity=".85"') + leafShadow(p, 1130, -60, 1.05, 38, 0.16) + floor(p, 930) + slab(600, 920, 760, 80, mix(p.floor, p.wall, 0.6)),
      hero: at(600, 932, 600, 680), props: [at(330, 936, 190), at(870, 934, 190)] };
  },
  window(p) {
    return { back: wall(p, 0.0, -0.05) + panes(p) + floor(p, 860) + leafShadow(p, -30, 120, 0.8, -58, 0.1), hero: at(600, 1010, 680, 740), props: [at(965, 1010, 250, 270), at(225, 1030, 220, 240)] };
  },
  block(p) {
    const panel = fill([[0, soft(p, 0.15)], [1, soft(p, 0.5)]], "v");
    return { back: wall(p) + `<defs>${panel[0]}</defs>` + paint(rect(560, 150, 420, 800, 210), panel[1], 'opacity=".8"') + floor(p, 870) + slab(600, 900, 640, 150, mix(p.floor, p.wall, 0.55)) + sphere(205, 1085, 66, soft(p, 0.1)), hero: at(600, 914, 560, 690), props: [at(1030, 1080, 190), at(210, 1090, 170)] };
  },
  rings(p) {
    const rings = [470, 385, 300, 215].map((r, i) => `<circle cx="600" cy="560" r="${r}" fill="${mix(p.wall, p.accent, 0.13 + i * 0.13)}" opacity=".75"/>`).join("");
    return { back: wall(p) + rings + floor(p, 960) + plinth(600, 960, 560, 70, mix(p.floor, p.wall, 0.55)), hero: at(600, 974, 620, 680), props: [at(200, 1090, 180), at(1000, 1090, 180)] };
  },
  waves(p) {
    const wave = (y, a, c) => { const f = fill([[0, shade(c, 0.05)], [0.5, c], [1, shade(c, -0.06)]], "v"); return `<defs>${f[0]}</defs>` + paint(`M0 ${y}C180 ${y - a} 330 ${y - a} 560 ${y}S960 ${y + a} 1200 ${y - a * 0.6}V1200H0Z`, f[1]); };
    return { back: wall(p, 0.04, 0) + paint(oval(880, 330, 170), mix(p.wall, "#fffdf4", 0.7)) + wave(690, 110, mix(p.wall, p.floor, 0.6)) + wave(800, -90, p.floor) + wave(930, 80, mix(p.floor, p.accent, 0.3)) + wave(1050, -60, mix(p.floor, p.accent, 0.5)), hero: at(600, 960, 760, 640), props: [at(985, 1085, 210), at(225, 1085, 210)], sky: at(930, 400, 230, 180), float: 0.4 };
  },
  hang(p) {
    const wood = fill([[0, "#d6ad7c"], [0.4, "#c0925f"], [1, "#94683f"]], "v");
    const panel = fill([[0, soft(p, 0.45)], [1, soft(p, 0.75)]], "v");
    const [d, f] = blur(10);
    return { back: wall(p) + `<defs>${panel[0]}${wood[0]}${d}</defs>` + paint(rect(0, 0, 470, 1200), panel[1], 'opacity=".75"') + leafShadow(p, 1180, 520, 0.95, 60, 0.12) + floor(p, 1090) + paint(rect(0, 176, 1200, 20), "#5a3d28", `filter="${f}" opacity=".25"`) + paint(rect(0, 140, 1200, 22, 4), wood[1]), hero: at(600, 300, 740, 740), hang: true, props: [at(1030, 1130, 200), at(180, 1130, 200)] };
  },
  flat(p) {
    const cloth = fill([[0, mix(p.wall, "#fffdf7", 0.55)], [1, mix(p.wall, p.floor, 0.3)]]);
    const [d, f] = blur(26);
    const threads = [...Array(40)].map((_, i) => line(`M190 ${196 + i * 21}H1010`, shade(p.wall, -0.06), 2, 'opacity=".35"')).join("");
    return { back: wall({ wall: soft(p, 0.55) }, 0.03, -0.03) + `<defs>${cloth[0]}${d}</defs><g transform="rotate(-7 600 600)">` + paint(rect(190, 196, 840, 840, 30), shade(p.accent, -0.3), `filter="${f}" opacity=".28" transform="translate(16 24)"`) + paint(rect(180, 180, 840, 840, 30), cloth[1]) + threads + "</g>" + leafShadow(p, 1220, -40, 0.95, 42, 0.13), hero: at(600, 600, 680, 680, -6), top: true, props: [at(985, 985, 230, 230, 14), at(215, 950, 200, 200, -14)] };
  },
  hills(p) {
    const ridge = (y, a, c, o) => paint(`M0 ${y}C150 ${y - a} 260 ${y - a * 1.1} 420 ${y - a * 0.2}S720 ${y - a * 1.3} 860 ${y - a * 0.5}S1090 ${y - a} 1200 ${y - a * 0.4}V1200H0Z`, c, `opacity="${o}"`);
    const mist = fill([[0, p.wall, 0], [0.5, shade(p.wall, 0.03), 0.9], [1, p.wall, 0]], "v");
    return { back: wall(p, 0.03, 0) + `<defs>${mist[0]}</defs>` + paint(oval(850, 300, 120), mix(p.accent, "#fff6e0", 0.72)) + ridge(640, 230, mix(p.wall, p.accent, 0.3), 0.8) + `<rect y="500" width="1200" height="260" fill="${mist[1]}"/>` + ridge(790, 190, mix(p.wall, p.accent, 0.55), 0.8) + `<rect y="690" width="1200" height="220" fill="${mist[1]}"/>` + ridge(930, 130, mix(p.floor, p.accent, 0.75), 0.85) + floor({ ...p, floor: mix(p.floor, p.accent, 0.25) }, 960) + plinth(600, 980, 700, 66, "#b58a5c"), hero: at(600, 996, 560, 680), props: [at(250, 1090, 220), at(985, 1090, 220)] };
  },
  shelf(p) {
    const wood = fill([[0, "#dcb88a"], [0.25, "#c99c68"], [1, "#a97a49"]], "v");
    const [d, f] = blur(18);
    return { back: wall(p) + `<defs>${wood[0]}${d}</defs>` + paint(oval(600, 500, 330), soft(p, 0.5), 'opacity=".7"') + leafShadow(p, 20, -90, 0.95, -30, 0.13) + paint(rect(60, 960, 1080, 66, 4), "#5a3d28", `filter="${f}" opacity=".4"`) + paint(rect(40, 900, 1120, 56, 8), wood[1]) + line("M70 924C300 916 420 936 640 926S980 934 1130 922", "#8f6338", 3, 'opacity=".35"') + paint(rect(40, 900, 1120, 8, 4), "#f0d6ae", 'opacity=".7"'), hero: at(600, 904, 620, 660), props: [at(985, 904, 240, 290), at(210, 904, 210, 250)] };
  },
  pendant(p) {
    const cone = fill([[0, "#fff3cf", 0.75], [1, "#fff3cf", 0]], "v");
    const [d, f] = blur(24);
    return { back: wall({ wall: shade(p.wall, -0.05) }) + paint(rect(760, 0, 440, 1200), soft(p, 0.6), 'opacity=".5"') + `<defs>${cone[0]}${d}</defs>` + paint("M390 560H810L1010 1010H190Z", cone[1], `filter="${f}"`) + floor({ ...p, floor: "#c9a374" }, 1000), hero: at(600, 230, 560, 520), hang: "cord", props: [at(430, 1090, 240), at(770, 1090, 240)] };
  },
};
