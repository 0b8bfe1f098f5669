// Tea, its packs and its ware.
import { body, cylinder, g, gradient, label, line, oval, paint, rect } from "../draw.js";
import { mix, shade } from "../colour.js";
import { steamed } from "./rooms.js";

const liquor = (cx, cy, rx, ry, c) => {
  const [d, fill] = gradient([[0, shade(c, 0.08)], [1, shade(c, -0.1)]]);
  return `<defs>${d}</defs>` + paint(oval(cx, cy, rx, ry), fill) + paint(oval(cx - rx * 0.35, cy - ry * 0.2, rx * 0.28, ry * 0.22), "#fff", 'opacity=".55"');
};
const hills = (x, y, w, h, c) => paint(`M${x} ${y + h}V${y + h * 0.6}Q${x + w * 0.25} ${y + h * 0.1} ${x + w * 0.5} ${y + h * 0.55}T${x + w} ${y + h * 0.4}V${y + h}Z`, c, 'opacity=".35"');

export const tin = (c) =>
  cylinder(72, 108, 176, 184, c, { ry: 22, inside: hills(72, 210, 176, 84, shade(c, -0.2)) }) + cylinder(68, 56, 184, 60, shade(c, -0.05), { ry: 23, top: shade(c, 0.03) }) + line("M68 118A92 22 0 0 0 252 118", "#d8b978", 5) + paint(oval(160, 56, 30, 7), shade(c, -0.1)) + label(112, 150, 96, 118, c);
export const caddy = (c) =>
  body("M62 150Q62 104 112 100H208Q258 104 258 150V244Q258 294 208 294H112Q62 294 62 244Z", c, { rim: 18 }) + cylinder(112, 66, 96, 40, shade(c, -0.06), { ry: 14 }) + body(oval(160, 48, 20, 15), shade(c, -0.03), { rim: 6 }) + line("M64 178Q160 206 256 178", shade(c, -0.14), 4, 'opacity=".7"') + label(116, 148, 88, 106, c);
export const pouch = (c) =>
  body("M70 46H250L262 272Q262 298 234 298H86Q58 298 58 272Z", c, { rim: 14, inside: hills(50, 190, 220, 112, shade(c, -0.2)) + hills(50, 226, 220, 80, shade(c, -0.3)) }) + body(rect(66, 26, 188, 40, 8), shade(c, 0.05), { rim: 6 }) + line("M76 52H244", shade(c, -0.16), 3, 'stroke-dasharray="2 8"') + label(106, 96, 108, 132, c);
export const cake = (c) =>
  g(body(oval(160, 160, 148), c, { rim: 20, inside: [...Array(90)].map((_, i) => { const a = i * 2.39996, r = 15 * Math.sqrt(i); const x = 160 + r * Math.cos(a), y = 160 + r * Math.sin(a); return line(`M${x} ${y}q${8 * Math.cos(a * 3)} ${8 * Math.sin(a * 3)} ${14 * Math.cos(a * 5)} ${14 * Math.sin(a * 5)}`, shade(c, [-0.14, 0.1, -0.06][i % 3]), 6, 'opacity=".8"'); }).join("") }) +
    body("M12 160A148 148 0 0 0 308 160Q262 196 226 160T142 172T12 160Z", "#f1e6d0", { rim: 12 }) + `<path d="${oval(160, 238, 40)}" fill="none" stroke="${shade(c, -0.1)}" stroke-width="5"/>` + paint(rect(144, 222, 32, 32, 4), "#c2462f"), "");
export const brick = (c) =>
  body("M38 130L88 86Q94 82 102 82H278Q292 82 292 96V214Q292 222 286 228L238 274H60Z", shade(c, -0.08), { rim: 10 }) + body(rect(34, 128, 204, 150, 12), c, { rim: 12, inside: [...Array(60)].map((_, i) => line(`M${46 + ((i * 47) % 186)} ${138 + ((i * 31) % 132)}q8 -6 15 2`, shade(c, i % 2 ? 0.1 : -0.12), 5, 'opacity=".75"')).join("") }) + body(rect(96, 128, 80, 150, 2), "#efe3cb", { rim: 7 }) + paint(rect(122, 182, 28, 28, 3), "#c2462f");
export const tuo = (c) => {
  const one = (x, y, s, paper) => g(paper ? body("M40 180Q30 70 160 64Q290 70 280 180Q284 268 160 272Q36 268 40 180Z", "#f4ead6", { rim: 18 }) + line("M160 66Q150 96 120 108M160 66Q176 98 206 104M160 66V100", "#cdbd9c", 5) + paint(rect(140, 156, 40, 40, 5), "#c2462f") : body("M36 190Q40 76 160 70Q280 76 284 190Q280 270 160 272Q40 270 36 190Z", c, { rim: 20, inside: [...Array(60)].map((_, i) => line(`M${40 + ((i * 53) % 236)} ${84 + ((i * 37) % 180)}q9 -6 16 3`, shade(c, i % 2 ? 0.1 : -0.12), 6, 'opacity=".7"')).join("") }), `translate(${x} ${y}) scale(${s})`);
  return one(2, 100, 0.56, false) + one(154, 112, 0.54, true) + one(84, 8, 0.56, true);
};
export const citrus = (c) =>
  body(oval(170, 186, 118, 108), c, { rim: 20, inside: [...Array(36)].map((_, i) => paint(oval(70 + ((i * 61) % 204), 90 + ((i * 43) % 196), 3.5), shade(c, -0.12), 'opacity=".6"')).join("") }) + paint(oval(170, 104, 58, 22), shade(c, -0.2)) + paint(oval(170, 106, 48, 16), "#3f2a1c") + g(body(oval(80, 70, 58, 24), shade(c, 0.02), { rim: 8 }) + paint("M76 54Q74 34 92 28Q92 44 86 54Z", "#5a7a35"), "rotate(-18 80 70)");
export const gaiwan = (c) =>
  body("M22 268Q160 320 298 268Q284 296 214 302H106Q36 296 22 268Z", shade(c, -0.03), { rim: 8 }) + paint(oval(160, 268, 138, 22), shade(c, 0.04)) + body("M44 150H276Q268 242 206 272H114Q52 242 44 150Z", c, { rim: 16 }) + paint(oval(160, 150, 117, 24), shade(c, -0.05)) + paint("M60 182q24 26 60 34q-34 8 -50 -4ZM120 216q30 4 50 -14q-14 26 -40 26Z", "#6f8fae", 'opacity=".4"') +
  body("M64 146Q78 92 160 88Q242 92 256 146Q160 172 64 146Z", shade(c, 0.02), { rim: 11 }) + cylinder(140, 74, 40, 16, shade(c, -0.02), { ry: 9 });
export const teacup = (c) =>
  steamed(168, 132) + body("M44 140H276Q270 254 200 280V292H120V280Q50 254 44 140Z", c, { rim: 16 }) + paint(oval(160, 140, 116, 28), shade(c, 0.07)) + liquor(160, 144, 102, 21, "#c88a3c") + line("M58 196Q160 230 262 196", shade(c, -0.1), 3, 'opacity=".5"');
export const pitcher = (c) =>
  line("M244 140Q308 140 296 200T228 246", "#cfe0e0", 13, 'opacity=".9"') + paint("M70 84L40 70Q48 104 74 116Z", "#e6f0ee", 'opacity=".9"') + body("M66 84H250Q240 150 250 210Q252 288 206 290H112Q66 288 68 210Q78 150 66 84Z", "#dfeceb", { rim: 12, gloss: 0.9, inside: paint("M60 156Q160 172 260 156V300H60Z", c, 'opacity=".82"') + paint(oval(160, 160, 92, 12), shade(c, 0.1), 'opacity=".9"') }) + paint(oval(158, 84, 92, 20), "#f2f8f7", 'opacity=".85"') + paint(oval(158, 85, 82, 15), "#cfe0de", 'opacity=".7"') + paint(rect(90, 110, 13, 140, 6), "#fff", 'opacity=".6"');
export const glass = (c) => {
  const leaf = (x, y, r) => g(paint("M0 -26Q14 -6 0 22Q-14 -6 0 -26Z", shade(c, -0.28)), `translate(${x} ${y}) rotate(${r})`);
  return body("M78 44H242L228 276Q226 296 206 296H114Q94 296 92 276Z", "#e4efec", { rim: 11, gloss: 0.9, inside: paint("M70 110Q160 122 250 110V280H70Z", c, 'opacity=".8"') + paint(oval(160, 112, 78, 12), shade(c, 0.1), 'opacity=".9"') + leaf(130, 150, 8) + leaf(168, 196, -12) + leaf(196, 150, 20) + leaf(140, 238, -30) + leaf(186, 246, 60) }) + paint(oval(160, 44, 82, 15), "#f4faf8", 'opacity=".9"') + paint(oval(160, 45, 74, 11), "#d4e4e0", 'opacity=".8"') + paint(rect(104, 70, 12, 170, 6), "#fff", 'opacity=".55"');
};
export const sachets = (c) => {
  const one = (x, y, s, t) => g(line("M160 70Q190 10 250 40", "#f7f2e6", 5) + body(rect(232, 22, 62, 50, 6), c, { rim: 5 }) + body("M160 64Q172 64 180 78L276 262Q280 282 256 282H64Q40 282 44 262L140 78Q148 64 160 64Z", "#f4eee0", { rim: 12, inside: paint("M30 216Q160 190 290 216V300H30Z", shade(c, -0.22), 'opacity=".75"') + line("M160 64L160 282", "#d9d0bc", 4, 'opacity=".7"') }), `translate(${x} ${y}) scale(${s}) ${t}`);
  return one(-4, 96, 0.62, "rotate(-8 160 160)") + one(122, 110, 0.6, "rotate(10 160 160)") + one(62, -6, 0.6, "rotate(2 160 160)");
};
export const giftbox = (c) =>
  body(rect(24, 128, 272, 164, 12), shade(c, -0.04), { rim: 12 }) + body(rect(12, 76, 296, 76, 14), c, { rim: 12 }) + paint(rect(140, 76, 40, 216, 2), "#e3c184") + paint(rect(140, 76, 8, 216, 2), "#f3dcae") + line("M160 74Q106 20 92 54T160 74Q214 20 228 54T160 74", "#e3c184", 13) + body(oval(160, 74, 15), "#d6ae68", { rim: 4 }) + label(206, 176, 60, 84, c, "礼") + hills(24, 208, 116, 84, shade(c, -0.25));
export const lidmug = (c) =>
  line("M232 148Q304 148 294 206T222 258", c, 22) + line("M236 150Q296 152 286 204T224 252", shade(c, 0.1), 6) + cylinder(64, 124, 180, 168, c, { ry: 22, r: 14 }) + body("M58 120Q72 78 154 76Q236 78 250 120Q154 146 58 120Z", shade(c, 0.02), { rim: 10 }) + cylinder(134, 62, 40, 18, shade(c, -0.04), { ry: 9 }) + paint("M100 210q30 -34 54 -4t54 -6q-10 40 -54 34t-54 -24Z", shade(c, -0.12), 'opacity=".45"');
export const teaset = (c) =>
  body(rect(12, 260, 296, 36, 16), "#b98652", { rim: 8 }) + g(gaiwan(c), "translate(6 62) scale(.66)") + g(teacup(c), "translate(190 158) scale(.36)") + g(teacup(c), "translate(124 190) scale(.3)");
export const tray = (c) =>
  body(rect(6, 84, 308, 176, 26), shade(c, -0.06), { rim: 12 }) + body(rect(22, 98, 276, 140, 14), shade(c, 0.05), { rim: 8, inside: [...Array(11)].map((_, i) => line(`M${46 + i * 23} 116V222`, shade(c, -0.24), 7, 'opacity=".85"')).join("") }) + line("M20 250H300", shade(c, -0.16), 5);
export const tools = (c) => {
  const dark = shade(c, -0.1);
  return line("M128 130L96 14", c, 12) + line("M148 130L140 -4", dark, 9) + paint(oval(96, 14, 16, 24), shade(c, 0.05)) + line("M172 130L188 0M188 130L204 6", c, 8) + line("M200 130L244 26", dark, 10) + paint("M236 40L262 12L250 52Z", shade(c, 0.04)) + cylinder(96, 116, 128, 176, c, { ry: 20, top: shade(c, -0.3) }) + line("M96 190A64 18 0 0 0 224 190M96 248A64 18 0 0 0 224 248", shade(c, -0.18), 6) + mixSeal(c);
};
const mixSeal = (c) => paint(rect(146, 214, 28, 28, 4), mix("#c2462f", c, 0.15));
