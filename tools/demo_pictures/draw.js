// Small drawing kit: rounded, softly lit volumes in a 320 x 320 box, light from the upper left.
import { mix, shade } from "./colour.js";

let last = 0;
export const uid = (p = "u") => `${p}${++last}`;

export const rect = (x, y, w, h, r = 0) =>
  `M${x + r} ${y}H${x + w - r}Q${x + w} ${y} ${x + w} ${y + r}V${y + h - r}Q${x + w} ${y + h} ${x + w - r} ${y + h}` +
  `H${x + r}Q${x} ${y + h} ${x} ${y + h - r}V${y + r}Q${x} ${y} ${x + r} ${y}Z`;
export const oval = (cx, cy, rx, ry = rx) =>
  `M${cx - rx} ${cy}A${rx} ${ry} 0 1 1 ${cx + rx} ${cy}A${rx} ${ry} 0 1 1 ${cx - rx} ${cy}Z`;

export function gradient(stops, dir = "d") {
  const id = uid("g");
  const [x2, y2] = dir === "h" ? [1, 0] : dir === "v" ? [0, 1] : [0.75, 1];
  const inner = stops.map(([o, c, a]) => `<stop offset="${o}" stop-color="${c}"${a === undefined ? "" : ` stop-opacity="${a}"`}/>`);
  return [`<linearGradient id="${id}" x1="0" y1="0" x2="${x2}" y2="${y2}">${inner.join("")}</linearGradient>`, `url(#${id})`];
}
export function blur(d) {
  const id = uid("b");
  return [`<filter id="${id}" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="${d}"/></filter>`, `url(#${id})`];
}
export const paint = (d, fill, more = "") => `<path d="${d}" fill="${fill}" ${more}/>`;
export const line = (d, colour, width = 4, more = "") =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`;

/** Fills a path like a soft solid body: gradient, light inner rim upper left, dark one lower right. */
export function body(d, c, { light = 0.07, dark = 0.11, dir = "d", rim = 12, gloss = 0.5, inside = "" } = {}) {
  const [g, fill] = gradient([[0, shade(c, light)], [0.5, c], [1, shade(c, -dark)]], dir);
  const [f, soft] = blur(rim * 0.55);
  const clip = uid("c");
  return (
    `<defs>${g}${f}<clipPath id="${clip}"><path d="${d}"/></clipPath></defs>${paint(d, fill)}` +
    `<g clip-path="url(#${clip})">${inside}` +
    `<path d="${d}" fill="none" stroke="${shade(c, -0.24)}" stroke-width="${rim}" transform="translate(${-rim * 0.25} ${-rim * 0.3})" filter="${soft}" opacity=".5" style="mix-blend-mode:multiply"/>` +
    `<path d="${d}" fill="none" stroke="#fff" stroke-width="${rim * 0.8}" transform="translate(${rim * 0.35} ${rim * 0.35})" filter="${soft}" opacity="${gloss}"/></g>`
  );
}

/** An upright cylinder with its upper ellipse; `top` paints the lid. */
export function cylinder(x, y, w, h, c, { ry = w * 0.13, top = shade(c, 0.08), r = 0, inside = "", under = w } = {}) {
  const k = (w - under) / 2;
  const d = `M${x} ${y}V${y + h - r}L${x + k} ${y + h}A${under / 2} ${ry * (under / w)} 0 0 0 ${x + w - k} ${y + h}L${x + w} ${y + h - r}V${y}Z`;
  const [g, fill] = gradient([[0, shade(c, -0.1)], [0.14, shade(c, 0.02)], [0.34, shade(c, 0.09)], [0.62, c], [1, shade(c, -0.17)]], "h");
  const [t, lid] = gradient([[0, shade(top, 0.05)], [1, shade(top, -0.06)]], "d");
  const clip = uid("c");
  return (
    `<defs>${g}${t}<clipPath id="${clip}"><path d="${d}"/></clipPath></defs>${paint(d, fill)}<g clip-path="url(#${clip})">${inside}</g>` +
    paint(oval(x + w / 2, y, w / 2, ry), lid) + `<path d="${oval(x + w / 2, y, w / 2 - 1.5, ry - 1)}" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="2.5"/>`
  );
}

/** A paper label with one brushed character and a seal; needs a Song-style CJK font where it is made. */
export function label(x, y, w, h, accent, sign = "茶", paper = "#f7f0e2") {
  const m = x + w / 2, seal = Math.min(w, h) * 0.15;
  return (
    paint(rect(x, y, w, h, 5), paper, 'opacity=".96"') +
    `<text x="${m}" y="${y + h * 0.56}" text-anchor="middle" font-family="Noto Serif CJK SC" font-weight="700" font-size="${w * 0.5}" fill="${shade(accent, -0.22)}">${sign}</text>` +
    paint(rect(m - seal / 2, y + h * 0.72, seal, seal, 2), "#c2462f") +
    `<path d="${rect(x + 4, y + 4, w - 8, h - 8, 3)}" fill="none" stroke="${mix(paper, accent, 0.5)}" stroke-width="1.5"/>`
  );
}
export const g = (inner, t) => `<g transform="${t}">${inner}</g>`;
