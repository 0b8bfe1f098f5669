// Makes a contact sheet to look at: node sheet.js OUT.png FILE.webp ...
import sharp from "sharp";

const [out, ...files] = process.argv.slice(2);
const [across, side] = [files.length > 30 ? 10 : 6, files.length > 30 ? 190 : 300];
const parts = await Promise.all(
  files.map(async (file, i) => ({
    input: await sharp(file).resize(side - 6, side - 6, { fit: "contain", background: "#ffffff" }).toBuffer(),
    left: (i % across) * side + 3,
    top: Math.floor(i / across) * side + 3,
  })),
);
const height = Math.ceil(files.length / across) * side;
await sharp({ create: { width: across * side, height, channels: 3, background: "#ffffff" } }).composite(parts).png().toFile(out);
