// Clothes that Fluent Emoji does not have.
import { body, line, oval, paint, rect } from "../draw.js";
import { shade } from "../colour.js";

const TRUNK = "M108 54Q160 82 212 54L258 78Q282 92 288 140L302 254Q278 270 250 262L240 158L246 284Q160 298 74 284L80 158L70 262Q42 270 18 254L32 140Q38 92 62 78Z";
const SLEEVELESS = "M108 54Q160 82 212 54L240 70Q234 120 250 160L250 284Q160 298 70 284L70 160Q86 120 80 70Z";
const SHORT = "M108 54Q160 82 212 54L262 78L300 142Q276 166 248 166L240 148L246 284Q160 298 74 284L80 148L72 166Q44 166 20 142L58 78Z";

const ribs = (c, y, x1, x2, n = 22) =>
  Array.from({ length: n }, (_, i) => line(`M${x1 + ((x2 - x1) * i) / (n - 1)} ${y}v24`, shade(c, -0.12), 2, 'opacity=".5"')).join("");
const collar = (c) => body("M104 54Q160 104 216 54L206 42Q160 80 114 42Z", shade(c, -0.05), { rim: 7 });
const buttons = (c, x, from, to, n, r = 6) =>
  Array.from({ length: n }, (_, i) => paint(oval(x, from + ((to - from) * i) / (n - 1), r), shade(c, -0.2)) + paint(oval(x - 1.5, from + ((to - from) * i) / (n - 1) - 1.5, r * 0.5), shade(c, 0.12))).join("");
const seams = (c) => line("M80 158Q84 110 78 84", shade(c, -0.16), 3, 'opacity=".5"') + line("M240 158Q236 110 242 84", shade(c, -0.16), 3, 'opacity=".5"');

export const sweater = (c) =>
  body(TRUNK, c, { inside: ribs(c, 262, 76, 244) + Array.from({ length: 11 }, (_, i) => line(`M${94 + i * 13} 96V256`, shade(c, 0.1), 3, 'opacity=".25"')).join("") }) + seams(c) + collar(c);

export const cardigan = (c) =>
  body(TRUNK, c, { inside: ribs(c, 262, 76, 244) }) + seams(c) +
  paint("M112 50L160 152L208 50Q160 76 112 50Z", shade(c, -0.2)) +
  body("M104 50L152 160V288H168V160L216 50L204 44L160 138L116 44Z", shade(c, -0.04), { rim: 6 }) + buttons(c, 160, 178, 270, 4, 6.5);

export const hoodie = (c) =>
  body("M104 66Q96 18 160 16Q224 18 216 66Q160 100 104 66Z", shade(c, -0.1)) + paint("M122 62Q120 36 160 34Q200 36 198 62Q160 84 122 62Z", shade(c, -0.24)) +
  body(TRUNK, c) + seams(c) + body("M110 206H210L226 262H94Z", shade(c, 0.03), { rim: 8 }) + line("M160 78V284", shade(c, -0.2), 5) +
  line("M160 78V284", "#f4efe4", 2, 'stroke-dasharray="3 5"') + line("M84 236h-8M244 236h-8", "#f4efe4", 5);

export const shirt = (c) =>
  body(TRUNK, c) + seams(c) + line("M152 84V288M168 84V288", shade(c, -0.1), 2.5, 'opacity=".7"') + buttons(c, 160, 112, 268, 5, 5) +
  body(rect(188, 120, 42, 46, 6), shade(c, 0.02), { rim: 5 }) +
  body("M110 48L160 76L132 112L98 62Z", shade(c, 0.05), { rim: 6 }) + body("M210 48L160 76L188 112L222 62Z", shade(c, 0.03), { rim: 6 }) +
  line("M20 236Q44 250 68 244M252 244Q276 250 300 236", shade(c, -0.14), 3);

export const polo = (c) =>
  body(SHORT, c) + seams(c) + paint("M148 78H172V142H148Z", shade(c, -0.06)) + buttons(c, 160, 98, 128, 2, 5) +
  body("M110 48L160 78L138 110L98 60Z", shade(c, 0.06), { rim: 6 }) + body("M210 48L160 78L182 110L222 60Z", shade(c, 0.04), { rim: 6 }) +
  line("M22 138Q46 158 72 158M248 158Q274 158 298 138", shade(c, 0.14), 4);

const quilt = (c, x1, x2) => [112, 154, 196, 238].map((y) => line(`M${x1} ${y}Q160 ${y + 14} ${x2} ${y}`, shade(c, -0.2), 5, 'opacity=".75"') + line(`M${x1} ${y + 7}Q160 ${y + 21} ${x2} ${y + 7}`, shade(c, 0.16), 5, 'opacity=".5"')).join("");
export const puffer = (c) =>
  body("M102 66Q94 20 160 18Q226 20 218 66Q160 100 102 66Z", shade(c, -0.08)) + paint("M120 62Q118 38 160 36Q202 38 200 62Q160 86 120 62Z", shade(c, -0.26)) +
  body(TRUNK, c, { rim: 18, gloss: 0.7, inside: quilt(c, 14, 306) }) + seams(c) + line("M160 80V286", shade(c, -0.26), 6) + line("M160 80V286", "#efe8da", 2, 'stroke-dasharray="3 5"');
export const vest = (c) =>
  body("M110 64L114 24Q160 40 206 24L210 64Q160 92 110 64Z", shade(c, -0.05)) + body(SLEEVELESS, c, { rim: 14 }) + line("M160 46V288", shade(c, -0.24), 6) +
  line("M160 46V288", "#efe8da", 2, 'stroke-dasharray="3 5"') + body(rect(182, 116, 48, 40, 8), shade(c, -0.12), { rim: 5 }) + line("M188 124H224", "#efe8da", 3);

export const skirt = (c) => {
  const folds = Array.from({ length: 9 }, (_, i) => {
    const t = i / 8, top = 104 + 112 * t, low = 36 + 248 * t;
    return paint(`M${top} 76L${low} 292L${low + 16} 292L${top + 4} 76Z`, shade(c, -0.16), 'opacity=".45"') + paint(`M${top - 6} 76L${low - 14} 292L${low} 292L${top} 76Z`, shade(c, 0.14), 'opacity=".4"');
  }).join("");
  return body("M100 62H220L288 280Q160 304 32 280Z", c, { inside: folds }) + body(rect(96, 44, 128, 30, 8), shade(c, -0.05), { rim: 6 });
};
export const trousers = (c) =>
  body("M94 54H226L248 290Q222 300 190 294L162 134L130 294Q98 300 72 290Z", c) + line("M112 84L102 284M208 84L218 284", shade(c, -0.13), 3, 'opacity=".7"') +
  body(rect(90, 36, 140, 28, 7), shade(c, -0.06), { rim: 6 }) + line("M160 64V124", shade(c, -0.18), 3) + line("M98 72Q104 100 90 108M222 72Q216 100 230 108", shade(c, -0.2), 3) + paint(oval(160, 50, 6), shade(c, -0.22));
export const apron = (c) =>
  line("M120 72Q112 22 160 20Q208 22 200 72", shade(c, -0.14), 9) + line("M84 168Q40 190 32 224M236 168Q280 190 288 224", shade(c, -0.14), 8) +
  body("M116 66H204Q206 140 252 160L258 286Q160 304 62 286L68 160Q114 140 116 66Z", c) +
  body("M98 204H152V262Q124 268 98 262Z", shade(c, 0.03), { rim: 6 }) + body("M168 204H222V262Q196 268 168 262Z", shade(c, 0.03), { rim: 6 });
export const blanket = (c) => {
  const grid = [...Array(9)].map((_, i) => line(`M40 ${128 + i * 18}H280`, shade(c, -0.1), 3, 'opacity=".45"') + line(`M${52 + i * 27} 110V290`, shade(c, 0.12), 3, 'opacity=".45"')).join("");
  const fringe = [...Array(14)].map((_, i) => line(`M${46 + i * 17.5} 278v22`, shade(c, -0.06), 5)).join("");
  return fringe + body(rect(36, 210, 248, 76, 26), shade(c, -0.04)) + body(rect(36, 150, 248, 84, 28), c) + body(rect(40, 92, 240, 84, 30), shade(c, 0.03), { inside: grid });
};
