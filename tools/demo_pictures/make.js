// Composes the pictures: node make.js [part of a name ...]
import fs from "node:fs";
import sharp from "sharp";
import { banners, logos, tiles } from "./home.js";
import { PALETTES } from "./palettes.js";
import { picture } from "./compose.js";

const HERE = new URL(".", import.meta.url);
const OUT = new URL("../../mall/doors/command/demo/pictures/", HERE);
const scenes = JSON.parse(fs.readFileSync(new URL("scenes.json", HERE)));
const wanted = process.argv.slice(2);
const skip = (name) => wanted.length && !wanted.some((w) => name.includes(w));

async function write(mall, name, svg, quality = 86) {
  fs.mkdirSync(new URL(`${mall}/`, OUT), { recursive: true });
  const file = new URL(`${mall}/${name}.webp`, OUT);
  await sharp(Buffer.from(svg), { unlimited: true }).flatten().webp({ quality, effort: 5, smartSubsample: true, smartDeblock: true }).toFile(file.pathname);
}

let made = 0;
for (const [mall, goods] of Object.entries(scenes)) {
  for (const [slug, scene] of Object.entries(goods)) {
    const mirror = [...slug].reduce((a, c) => a + c.charCodeAt(0), 0) % 2 === 1;
    const palette = PALETTES[scene.category];
    const first = scene.colours[0]?.hex;
    const shots = [[slug, { colour: first, mirror }]];
    if (scene.alternate) shots.push([`${slug}-2`, { colour: first, layout: scene.alternate, mirror: !mirror }]);
    for (const { code, hex } of scene.colours.slice(1)) shots.push([`${slug}-${code}`, { colour: hex, mirror }]);
    for (const [name, options] of shots) {
      if (skip(name)) continue;
      await write(mall, name, await picture(scene, palette, options));
      made++;
    }
  }
  for (const [name, svg] of await tiles(mall, scenes[mall])) if (!skip(name)) (await write(mall, name, svg), made++);
  for (const [name, svg] of await banners(mall)) if (!skip(name)) (await write(mall, name, svg, 88), made++);
  logos(mall, OUT);
}
console.log(`${made} pictures`);
