import { defineConfig } from "vite";

// The page is served by mien's own server from the root of one origin; nothing is inlined, so the CSP needs no exception.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/mien/app/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: ["index.html", "label.html"] }, // the instrument, and the page of `mien data label`
    license: { fileName: "licences.md" }, // of what is bundled: its terms ask for them
  },
  worker: { format: "es" },
});
