// Colours in OKLCH, so that shading and recolouring keep a natural look.

const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const gamma = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** Gives [lightness 0..1, chroma, hue in radians] of "#rgb" or "#rrggbb". */
export function oklch(hex) {
  const h = hex.length === 4 ? "#" + [...hex.slice(1)].map((c) => c + c).join("") : hex;
  const [r, g, b] = [1, 3, 5].map((i) => linear(parseInt(h.slice(i, i + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const L = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [L, Math.hypot(A, B), Math.atan2(B, A)];
}

/** Gives the nearest "#rrggbb" of a colour in OKLCH. */
export function hex([L, C, H]) {
  const a = C * Math.cos(H), b = C * Math.sin(H);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const two = (v) => Math.round(255 * gamma(Math.min(1, Math.max(0, v)))).toString(16).padStart(2, "0");
  return "#" + rgb.map(two).join("");
}

/** Makes a colour lighter (d > 0) or darker (d < 0); shadows gain a little chroma. */
export function shade(colour, d, warm = 0) {
  const [L, C, H] = oklch(colour);
  const chroma = d < 0 ? C * (1 + d * 0.35) : C * (1 - d * 0.9);
  return hex([Math.min(0.995, Math.max(0.04, L + d)), Math.max(0, chroma), H + warm]);
}

export function mix(one, other, t) {
  const part = (c, i) => parseInt(c.slice(i, i + 2), 16);
  const two = (i) => Math.round(part(one, i) * (1 - t) + part(other, i) * t).toString(16).padStart(2, "0");
  return "#" + [1, 3, 5].map(two).join("");
}

const HEX = /#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b/g;
const MATRIX = /values="0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+) 0 0 0 ([\d.]+) 0"/g;
const GREYISH = 0.072;
const turn = (a) => Math.atan2(Math.sin(a), Math.cos(a));

/** Replaces every colour of an SVG body, those of its inner shadows (colour matrices) too. */
function replaceColours(body, change) {
  const two = (v) => Math.round(255 * Number(v)).toString(16).padStart(2, "0");
  return body
    .replace(MATRIX, (_, r, g, b, alpha) => {
      const c = change(`#${two(r)}${two(g)}${two(b)}`);
      const [x, y, z] = [1, 3, 5].map((i) => (parseInt(c.slice(i, i + 2), 16) / 255).toFixed(3));
      return `values="0 0 0 0 ${x} 0 0 0 0 ${y} 0 0 0 0 ${z} 0 0 0 ${alpha} 0"`;
    })
    .replace(HEX, change);
}

/**
 * Moves the leading colour of an SVG body to `target` and everything of a similar hue with it;
 * other hues (a buckle, a leaf) stay. `from` is "grey" (move near-greys only) or "vivid" (strong colours only).
 */
export function recolour(body, target, from) {
  const seen = (body.match(HEX) ?? []).map(oklch);
  const vivid = seen.filter(([L, C]) => C > (from === "vivid" ? 0.09 : 0.045) && L > 0.15);
  const grey = from === "grey" || (from !== "vivid" && vivid.length < seen.length * 0.25);
  const pool = from === "grey" ? seen.filter(([, C]) => C < GREYISH) : grey ? seen : vivid;
  const weight = grey ? () => 1 : ([, C]) => C;
  const x = pool.reduce((a, c) => a + weight(c) * Math.cos(c[2]), 0);
  const y = pool.reduce((a, c) => a + weight(c) * Math.sin(c[2]), 0);
  const hue = Math.atan2(y, x);
  const floor = from === "vivid" ? 0.09 : 0.03;
  const near = (c) => (grey ? from !== "grey" || c[1] < GREYISH : c[1] > floor && Math.abs(turn(c[2] - hue)) < 0.95);
  const moved = pool.filter(near);
  const middle = (i) => moved.map((c) => c[i]).sort((a, b) => a - b)[moved.length >> 1] ?? 0;
  const [tL, tC, tH] = oklch(target);
  const [mL, mC] = [middle(0), Math.max(0.02, middle(1))];
  const squeeze = tL > 0.8 ? 0.62 : tL < 0.35 ? 0.6 : 0.85;
  return replaceColours(body, (one) => {
    const c = oklch(one);
    if (!near(c)) return one;
    const L = tL + (c[0] - mL) * squeeze;
    const C = grey ? tC : tC * Math.min(1.12, 0.4 + 0.6 * (c[1] / mC));
    return hex([Math.min(0.985, Math.max(0.1, L)), C, tH + (grey ? 0 : turn(c[2] - hue) * 0.3)]);
  });
}

/** Calms all colours a little, so that every picture sits in one warm family. */
export function calm(body, amount = 0.86) {
  return replaceColours(body, (one) => {
    const [L, C, H] = oklch(one);
    return hex([L * 0.99 + 0.006, C * amount, H]);
  });
}
