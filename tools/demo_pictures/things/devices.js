// Devices and chargers.
import { blur, body, cylinder, g, gradient, line, oval, paint, rect } from "../draw.js";
import { mix, shade } from "../colour.js";

const screen = (x, y, w, h, r, c) => {
  const [d, fill] = gradient([[0, shade(mix(c, "#ffffff", 0.45), 0.05)], [0.55, mix(c, "#e8c9a8", 0.45)], [1, shade(c, -0.12)]]);
  return `<defs>${d}</defs>` + paint(rect(x, y, w, h, r), fill) + paint(`M${x} ${y + h * 0.72}Q${x + w * 0.3} ${y + h * 0.5} ${x + w * 0.58} ${y + h * 0.7}T${x + w} ${y + h * 0.62}V${y + h - r}Q${x + w} ${y + h} ${x + w - r} ${y + h}H${x + r}Q${x} ${y + h} ${x} ${y + h - r}Z`, shade(c, -0.2), 'opacity=".5"') + paint(oval(x + w * 0.68, y + h * 0.34, w * 0.12), "#fff8e8", 'opacity=".9"');
};
const lens = (x, y, r) => paint(oval(x, y, r), "#2a2b30") + paint(oval(x, y, r * 0.62), "#454a5c") + paint(oval(x - r * 0.25, y - r * 0.25, r * 0.22), "#cfd8ea");
const port = (x, y, w = 34, h = 12) => paint(rect(x, y, w, h, h / 2), "#33343a") + paint(rect(x + 6, y + h / 2 - 1.5, w - 12, 3, 1.5), "#8d8f98");

export const phone = (c) =>
  g(body(rect(46, 20, 142, 276, 28), c, { rim: 9 }) + body(rect(58, 32, 62, 84, 20), shade(c, -0.06), { rim: 6 }) + lens(89, 54, 15) + lens(89, 93, 15) + paint(oval(140, 50, 6), "#fff3d6"), "rotate(-7 117 160)") +
  g(body(rect(136, 24, 140, 272, 28), "#2f3036", { rim: 5, gloss: 0.35 }) + screen(143, 31, 126, 258, 22, c) + paint(rect(190, 40, 32, 8, 4), "#26272c"), "rotate(5 206 160)");
export const phoneCase = (c) =>
  body(rect(78, 14, 164, 292, 38), c, { rim: 16 }) + body(rect(96, 32, 68, 92, 22), shade(c, -0.2), { rim: 5, gloss: 0.2 }) + lens(130, 58, 15) + lens(130, 98, 15) +
  `<path d="${oval(160, 196, 46)}" fill="none" stroke="${shade(c, 0.12)}" stroke-width="7"/>` + line("M160 256v18", shade(c, 0.12), 7);
export const glassfilm = (c) => {
  const sheet = (x, y, t) => g(paint(rect(x, y, 140, 262, 24), mix(c, "#ffffff", 0.6), 'opacity=".55"') + `<path d="${rect(x, y, 140, 262, 24)}" fill="none" stroke="#fff" stroke-width="5"/>` + paint(`M${x + 20} ${y + 10}H${x + 66}L${x + 6} ${y + 130}V${y + 26}Z`, "#fff", 'opacity=".55"') + paint(rect(x + 54, y + 14, 32, 9, 4.5), shade(c, -0.2), 'opacity=".5"'), t);
  return sheet(62, 34, "rotate(-9 130 160)") + sheet(118, 26, "rotate(6 190 160)");
};
export const stand = (c) =>
  body(rect(70, 268, 180, 28, 13), c, { rim: 7 }) + body("M148 276L178 276L206 150L180 144Z", shade(c, -0.06), { rim: 6 }) +
  g(body(rect(90, 26, 136, 220, 24), "#2f3036", { rim: 5, gloss: 0.3 }) + screen(97, 33, 122, 206, 18, "#c9805c"), "rotate(-8 158 136)") + body(rect(92, 236, 132, 20, 10), shade(c, 0.04), { rim: 5 });
export const earbuds = (c) => {
  const bud = (x, y, t) => g(body(`M${x} ${y}q-2 -40 34 -42q36 0 36 34q-2 26 -26 28l-2 60q-2 16 -16 16t-14 -16Z`, shade(c, 0.05), { rim: 8 }) + paint(oval(x + 50, y - 10, 9, 14), "#3a3b40") + paint(oval(x + 16, y + 74, 6, 3), shade(c, -0.25)), t);
  return body("M52 120Q52 92 92 92H228Q268 92 268 120V150H52Z", shade(c, -0.05), { rim: 10 }) + paint(rect(64, 146, 192, 30, 10), shade(c, -0.28)) + bud(94, 128, "rotate(-6 120 130)") + bud(164, 128, "rotate(8 200 130)") +
    body("M52 172H268V226Q268 284 208 284H112Q52 284 52 226Z", c, { rim: 14 }) + paint(oval(160, 214, 6), "#8fce8f");
};
export const speaker = (c) => {
  const dots = [...Array(9)].flatMap((_, r) => [...Array(8)].map((_, k) => paint(oval(84 + k * 22 + (r % 2) * 11, 104 + r * 19, 3.4), shade(c, -0.2), 'opacity=".8"'))).join("");
  return line("M222 66Q292 64 270 150", shade(c, -0.18), 10) + cylinder(66, 76, 188, 204, c, { ry: 26, top: shade(c, -0.16), inside: dots }) + paint(oval(160, 76, 54, 12), shade(c, -0.26)) + body(rect(128, 238, 64, 22, 8), "#f2ead9", { rim: 4 }) + line("M146 74h28M160 70v8", "#f7f0e2", 4);
};
export const soundbar = (c) => {
  const cloth = [...Array(24)].map((_, k) => line(`M${24 + k * 11.4} 150V230`, shade(c, -0.13), 3, 'opacity=".55"')).join("");
  return paint(rect(40, 236, 40, 14, 5), "#3a3530") + paint(rect(240, 236, 40, 14, 5), "#3a3530") + body(rect(8, 142, 304, 98, 34), c, { inside: cloth }) + body(oval(268, 191, 28), "#d9b98c", { rim: 7 }) + line("M268 170v10", "#6f4a33", 5) + paint(oval(40, 222, 4), "#f0b46a");
};
export const powerbank = (c) =>
  g(body(rect(74, 20, 172, 278, 36), c, { rim: 14 }) + `<path d="${oval(160, 132, 58)}" fill="none" stroke="${shade(c, 0.12)}" stroke-width="9"/><path d="${oval(160, 132, 58)}" fill="none" stroke="${shade(c, -0.14)}" stroke-width="2"/>` + line("M160 206v26", shade(c, 0.12), 9) +
    [0, 1, 2, 3].map((k) => paint(oval(130 + k * 20, 268, 4.5), k < 3 ? "#9adf9a" : shade(c, -0.2))).join(""), "rotate(7 160 160)");
export const charger = (c) =>
  paint(rect(116, 8, 14, 60, 6), "#c9b48a") + paint(rect(190, 8, 14, 60, 6), "#c9b48a") + body(rect(62, 56, 196, 236, 48), c, { rim: 18 }) + body(rect(88, 84, 144, 182, 30), shade(c, 0.03), { rim: 8 }) +
  port(134, 116, 52, 18) + port(134, 160, 52, 18) + paint(rect(132, 206, 56, 26, 5), "#33343a") + paint(rect(138, 220, 44, 8, 2), "#e9e3d6");
export const cable = (c) => {
  const loop = (r, w) => line(oval(160, 168, r, r * 0.92), w ? shade(c, 0.06) : c, 15) + line(oval(160, 168, r, r * 0.92), shade(c, -0.2), 3, 'stroke-dasharray="4 7" opacity=".8"');
  const plug = (x, y, t) => g(body(rect(x, y, 34, 56, 9), shade(c, -0.04), { rim: 6 }) + paint(rect(x + 6, y - 20, 22, 22, 5), "#c9ccd2") + paint(rect(x + 10, y - 18, 14, 6, 3), "#eef0f2"), t);
  return loop(116, 1) + loop(98, 0) + loop(80, 1) + line("M160 284Q190 300 236 262", c, 15) + line("M56 118Q50 70 86 52", c, 15) + plug(232, 206, "rotate(-28 248 240)") + plug(86, 20, "rotate(62 100 50)") + body(rect(140, 252, 40, 48, 10), "#4a4742", { rim: 5 });
};
export const puck = (c) =>
  body(rect(84, 270, 152, 26, 13), shade(c, -0.05), { rim: 6 }) + body("M146 282V170H176V282Z", shade(c, -0.1), { rim: 6 }) + body(oval(160, 134, 104), c, { rim: 14 }) + body(oval(160, 134, 74), shade(c, 0.04), { rim: 8 }) + line("M168 104L146 138H174L152 168", "#c8a05a", 9);
export const tower = (c) => {
  const socket = (y) => body(rect(112, y, 96, 46, 12), shade(c, -0.05), { rim: 5, gloss: 0.2 }) + line(`M138 ${y + 15}l-5 15M182 ${y + 15}l5 15M160 ${y + 12}v4`, "#3a3b40", 5);
  return line("M220 282Q290 292 300 250", shade(c, -0.22), 12) + body(rect(86, 24, 148, 270, 30), c, { rim: 14 }) + socket(58) + socket(118) + socket(178) + port(122, 244, 32, 12) + port(166, 244, 32, 12) + paint(oval(160, 40, 5), "#e0743c");
};
export const smartwatch = (c) =>
  body("M112 84L122 8Q160 -2 198 8L208 84Z", c, { rim: 9 }) + body("M112 236L122 312Q160 322 198 312L208 236Z", c, { rim: 9 }) + body(oval(160, 160, 100), "#4a4b52", { rim: 10 }) + paint(oval(160, 160, 84), "#1f2126") +
  `<path d="${oval(160, 160, 68)}" fill="none" stroke="#4b4e57" stroke-width="8"/>` + line("M160 92A68 68 0 0 1 214 202", mix(c, "#f0a05a", 0.65), 9) + line("M160 160V118M160 160L190 172", "#fbf4e6", 7) + paint(oval(160, 160, 7), "#fbf4e6") + body(rect(256, 146, 18, 30, 8), "#6a6b72", { rim: 4 });
export const band = (c) =>
  g(body("M114 96Q112 30 128 6H192Q208 30 206 96Z", c, { rim: 9 }) + body("M114 224Q112 290 128 314H192Q208 290 206 224Z", c, { rim: 9 }) + [262, 280, 298].map((y) => paint(oval(160, y, 5), shade(c, -0.2))).join("") +
    body(rect(108, 70, 104, 180, 48), "#34353b", { rim: 7, gloss: 0.35 }) + paint(rect(118, 80, 84, 160, 38), "#1c1d22") + line("M136 186l14 -22l16 30l18 -44", mix(c, "#f6a86a", 0.5), 7) + paint(rect(136, 112, 48, 12, 6), "#f4ede0") + paint(rect(144, 132, 32, 8, 4), "#8f9098"), "rotate(12 160 160)");
export const hub = (c) =>
  line("M40 160Q-6 168 20 214T44 262", shade(c, -0.3), 12) + body(rect(30, 106, 270, 104, 26), c, { rim: 12 }) + [0, 1, 2].map((k) => paint(rect(58 + k * 56, 150, 42, 20, 4), "#33343a") + paint(rect(63 + k * 56, 161, 32, 6, 2), "#5f86b8")).join("") + port(230, 154, 46, 14) + paint(oval(270, 126, 4), "#9adf9a");
export const ssd = (c) =>
  g(body(rect(64, 48, 192, 240, 40), c, { rim: 18, gloss: 0.6 }) + body(rect(92, 78, 136, 180, 20), "#c4c7cc", { rim: 8 }) + line("M116 112h56M116 132h34", "#8d9098", 6) + port(134, 232, 52, 14) + paint(oval(204, 104, 5), "#7fb7e6"), "rotate(-8 160 168)");
export const projector = (c) => {
  const [f, soft] = blur(10);
  return paint(rect(78, 262, 26, 26, 8), "#4a443c") + paint(rect(216, 262, 26, 26, 8), "#4a443c") + body(rect(30, 104, 260, 168, 44), c, { rim: 16 }) + paint(oval(122, 188, 64), shade(c, -0.14)) + paint(oval(122, 188, 54), "#2b2c33") + paint(oval(122, 188, 38), "#4c5470") +
    `<defs>${f}</defs>` + paint(oval(114, 178, 20), "#cfe0f8", `filter="${soft}"`) + paint(oval(106, 170, 8), "#fff") + [...Array(6)].map((_, k) => line(`M222 ${150 + k * 15}H264`, shade(c, -0.18), 5)).join("") + paint(oval(160, 118, 5), "#f0b46a");
};
export { phoneCase as case };
