// Things for the home: bedding, kitchen, storage, lamps, scent.
import { blur, body, cylinder, g, gradient, label, line, oval, paint, rect } from "../draw.js";
import { mix, shade } from "../colour.js";

const glow = (x, y, r, c = "#ffe2a8", a = 0.8) => {
  const [f, soft] = blur(r * 0.4);
  return `<defs>${f}</defs>` + paint(oval(x, y, r), c, `filter="${soft}" opacity="${a}"`);
};
const SOFT = "M40 120Q24 92 66 96Q160 80 254 96Q296 92 280 120Q292 176 280 226Q296 256 254 252Q160 266 66 252Q24 256 40 226Q28 176 40 120Z";

export const pillow = (c) => body(SOFT, c, { rim: 18 }) + line("M66 112Q160 98 254 112M66 238Q160 250 254 238", shade(c, -0.09), 4, 'opacity=".7"') + line("M96 150Q160 134 224 150", shade(c, -0.05), 5, 'opacity=".6"');
export const cushion = (c) =>
  g(body("M44 56Q30 28 66 44Q160 62 254 44Q290 28 276 56Q258 160 276 264Q290 292 254 276Q160 258 66 276Q30 292 44 264Q62 160 44 56Z", c, { rim: 18, inside: [...Array(15)].map((_, i) => line(`M${20 + i * 20} 20V300`, shade(c, 0.07), 5, 'opacity=".28"')).join("") }) + line("M160 160Q130 120 108 104M160 160Q190 120 212 104M160 160Q130 200 108 216M160 160Q190 200 212 216", shade(c, -0.12), 4, 'opacity=".6"') + body(oval(160, 160, 13), shade(c, -0.1), { rim: 4 }), "rotate(-5 160 160)");
export const duvet = (c) => {
  const fold = (y, h, k, w) => body(rect(160 - w / 2, y, w, h, h / 2.2), shade(c, k), { rim: 14, inside: [...Array(6)].map((_, i) => line(`M${60 + i * 42} ${y}q8 ${h / 2} 0 ${h}`, shade(c, -0.1), 4, 'opacity=".4"')).join("") });
  return fold(206, 84, -0.04, 280) + fold(142, 84, 0.0, 272) + fold(78, 84, 0.04, 262) + line("M44 128Q160 146 276 128", shade(c, -0.12), 3, 'opacity=".5"');
};
export const towels = (c) => {
  const roll = (x, y, k) => body(oval(x, y, 54), shade(c, k), { rim: 12 }) + line(`M${x} ${y}m0 0a8 8 0 0 1 14 6a20 20 0 0 1 -34 4a32 32 0 0 1 46 -42`, shade(c, k - 0.13), 5);
  return roll(80, 238, 0) + roll(192, 238, -0.04) + roll(136, 146, 0.04) + body(rect(226, 120, 60, 172, 20), mix(c, "#f6efe2", 0.5), { rim: 10 }) + line("M228 262h56M228 250h56", shade(c, -0.1), 4);
};
export const rug = (c) => {
  const fringe = [...Array(13)].map((_, i) => line(`M20 ${76 + i * 14}h-16M300 ${76 + i * 14}h16`, mix(c, "#f4ead8", 0.5), 5)).join("");
  return fringe + body(rect(18, 60, 284, 200, 12), c, { inside: [...Array(20)].map((_, i) => line(`M18 ${66 + i * 10}H302`, shade(c, i % 2 ? 0.06 : -0.07), 4, 'opacity=".55" stroke-dasharray="6 5"')).join("") }) + `<path d="${rect(42, 84, 236, 152, 6)}" fill="none" stroke="${mix(c, "#f7efdf", 0.65)}" stroke-width="7"/>` + line("M100 160L130 130L160 160L190 130L220 160L190 190L160 160L130 190Z", mix(c, "#f7efdf", 0.65), 7);
};
export const board = (c) =>
  g(body(rect(56, 60, 208, 236, 30), c, { rim: 9, inside: [...Array(9)].map((_, i) => line(`M${64 + i * 24} 40V310`, shade(c, i % 2 ? -0.08 : 0.05), 9, 'opacity=".4"')).join("") }) + body(rect(132, 6, 56, 80, 26), c, { rim: 7 }) + paint(oval(160, 32, 11), shade(c, -0.3)) + `<path d="${rect(76, 96, 168, 180, 16)}" fill="none" stroke="${shade(c, -0.14)}" stroke-width="5"/>`, "rotate(9 160 160)");
export const bowl = (c) => {
  const one = (x, y, s) => g(body("M26 120H294Q288 240 210 262V276H110V262Q32 240 26 120Z", c, { rim: 16 }) + paint(oval(160, 120, 134, 34), shade(c, 0.05)) + paint(oval(160, 123, 120, 27), shade(c, -0.14)) + line("M40 168Q160 206 280 168", shade(c, -0.12), 4, 'opacity=".6"'), `translate(${x} ${y}) scale(${s})`);
  return one(48, -22, 0.7) + one(0, 20, 1);
};
export const thermos = (c) =>
  cylinder(104, 82, 112, 214, c, { ry: 12, r: 10 }) + cylinder(112, 34, 96, 50, shade(c, -0.12), { ry: 12 }) + line("M104 96A56 12 0 0 0 216 96", "#d8d9dc", 7) + line("M206 30Q238 16 232 60", shade(c, -0.2), 9) + paint(rect(126, 140, 14, 100, 7), "#fff", 'opacity=".3"');
export const crate = (c) => {
  const slots = [...Array(7)].map((_, i) => paint(rect(56 + i * 31, 168, 20, 74, 8), shade(c, -0.17), 'opacity=".75"')).join("");
  return body("M30 92L52 62H268L290 92Z", shade(c, -0.12), { rim: 6 }) + body(rect(26, 88, 268, 200, 20), c, { rim: 14, inside: slots }) + body(rect(20, 82, 280, 44, 16), shade(c, 0.04), { rim: 8 }) + paint(rect(126, 98, 68, 14, 7), shade(c, -0.28)) + line("M40 260H280", shade(c, -0.1), 5);
};
export const drawers = (c) => {
  const d = (y) => body(rect(66, y, 188, 68, 12), shade(c, 0.03), { rim: 8 }) + body(rect(136, y + 22, 48, 16, 8), "#c79a68", { rim: 4 });
  return body(rect(46, 36, 228, 256, 26), shade(c, -0.05), { rim: 12 }) + d(56) + d(132) + d(208);
};
export const desklamp = (c) =>
  body("M72 296Q72 270 118 270H186Q232 270 232 296Z", c, { rim: 8 }) + line("M150 274L92 160L196 76", shade(c, -0.06), 13) + line("M150 274L92 160L196 76", shade(c, 0.1), 4) + paint(oval(92, 160, 13), "#c79a5a") + paint(oval(196, 76, 11), "#c79a5a") +
  glow(246, 164, 52, "#ffe3ab", 0.9) + g(body("M176 56Q232 14 276 84L300 134Q250 150 202 134Q168 100 176 56Z", c, { rim: 11 }) + paint(oval(252, 136, 49, 13), "#fff1cc"), "rotate(4 230 90)");
export const pendant = (c) =>
  line("M160 -400V60", "#3a3632", 6) + body(rect(138, 44, 44, 42, 12), "#c79a5a", { rim: 6 }) + glow(160, 240, 96, "#ffe3ab", 0.75) + body("M26 218Q32 82 160 78Q288 82 294 218Q160 246 26 218Z", c, { rim: 18 }) + paint(oval(160, 219, 134, 19), shade("#f6dca6", 0.04)) + paint(oval(160, 224, 34, 22), "#fff6dd");
export const floorlamp = (c) =>
  line("M160 150L96 306M160 150L224 306M160 150V304", "#b98652", 9) + line("M122 240H200", "#a87443", 6) + glow(160, 92, 104, "#ffe3ab", 0.55) + body("M106 16H214L252 150Q160 170 68 150Z", c, { rim: 14, inside: paint("M120 16h80l20 150h-120Z", "#fff3d0", 'opacity=".55"') }) + line("M68 150Q160 170 252 150", shade(c, -0.14), 5);
const flame = (x, y) => glow(x, y - 14, 40, "#ffd58a", 0.9) + paint(`M${x} ${y - 52}Q${x + 24} ${y - 16} ${x} ${y}Q${x - 24} ${y - 16} ${x} ${y - 52}Z`, "#f6a63c") + paint(`M${x} ${y - 30}Q${x + 12} ${y - 10} ${x} ${y}Q${x - 12} ${y - 10} ${x} ${y - 30}Z`, "#fff0c0");
export const candlejar = (c) =>
  cylinder(66, 110, 188, 178, mix(c, "#ffffff", 0.25), { ry: 28, top: mix(c, "#fff6e4", 0.75), r: 12 }) + line("M160 112V92", "#4a3a2c", 5) + flame(160, 96) + label(112, 158, 96, 100, c, "香");
export const diffuser = (c) =>
  line("M156 132L98 6M160 132L140 -6M164 132L186 -4M168 132L226 14", "#a9855a", 7) + body("M100 168Q104 130 134 126V104H186V126Q216 130 220 168L234 270Q234 296 206 296H114Q86 296 86 270Z", mix(c, "#ffffff", 0.35), { rim: 14, gloss: 0.8, inside: paint("M80 206Q160 194 240 206V300H80Z", shade(mix(c, "#e2b26a", 0.4), -0.02), 'opacity=".7"') }) + cylinder(128, 96, 64, 28, "#c79a68", { ry: 9 }) + label(120, 196, 80, 78, c, "香");
export const incense = (c) => {
  const [f, soft] = blur(5);
  return `<defs>${f}</defs>` + line("M206 58Q240 20 206 -16T226 -86", "#ffffff", 13, `filter="${soft}" opacity=".75"`) + line("M150 238L206 62", "#8a5a3a", 7) + paint(oval(206, 60, 6), "#e8743c") + body("M36 240H284Q280 292 224 296H96Q40 292 36 240Z", c, { rim: 12 }) + paint(oval(160, 240, 124, 20), shade(c, 0.08)) + paint(oval(160, 242, 108, 14), "#d8cdb8") + body(rect(20, 208, 74, 84, 8), "#b9694b", { rim: 7 }) + label(32, 218, 50, 64, "#b9694b", "香");
};
export const steamed = (x, y, a = 0.6) => {
  const [f, soft] = blur(5);
  const [d, fill] = gradient([[0, "#fff", 0], [0.5, "#fff", 0.9], [1, "#fff", 0.1]], "v");
  return `<defs>${f}${d}</defs>` + `<path d="M${x - 26} ${y}q-18 -26 0 -50t4 -52M${x + 8} ${y - 6}q-18 -28 2 -54t2 -58" fill="none" stroke="${fill}" stroke-width="11" stroke-linecap="round" filter="${soft}" opacity="${a}"/>`;
};
