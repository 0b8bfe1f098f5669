import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { defineConfig } from "vite";
import { ICONS } from "./icons.js";

// Writes the drawings of our icons as one JSON file; Python puts them into the pages.
function icons() {
  return {
    name: "icons",
    async generateBundle() {
      const file = createRequire(import.meta.url).resolve("@iconify-json/lucide/icons.json");
      const set = JSON.parse(await readFile(file, "utf8"));
      const drawings = {};
      for (const [ours, theirs] of Object.entries(ICONS)) {
        const name = set.icons[theirs] ? theirs : set.aliases?.[theirs]?.parent;
        if (!name) throw new Error(`Lucide has no icon ${theirs}`);
        // Colours and widths are the style sheet's.
        drawings[ours] = set.icons[name].body.replace(/ (fill|stroke[a-z-]*)="[^"]*"/g, "");
      }
      this.emitFile({
        type: "asset",
        fileName: "icons.json",
        source: JSON.stringify(drawings),
      });
    },
  };
}

export default defineConfig({
  base: "/assets/",
  publicDir: false,
  plugins: [icons()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: ".",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1_700, // kB of Swagger UI, which only the page of the API documents loads
    target: ["chrome100", "safari15.4", "firefox102"],
    rollupOptions: {
      checks: { eval: false }, // of htmx; it is switched off in the pages
      input: [
        "src/main.js",
        "src/docs/docs.js",
        "src/docs/docs.css",
        ...["main", "choosing", "forms", "home", "shelves", "goods", "cart", "mine"].map(
          (name) => `src/styles/${name}.css`,
        ),
      ],
    },
  },
});
