import { defineConfig } from "vite";

export default defineConfig({
  // What other programs use too; the page takes its sources, so that nothing has to be built first.
  resolve: { alias: { "deadstop-client": new URL("../clients/typescript/src/index.ts", import.meta.url).pathname } },
  // The tests read rows as the engine sends them.
  assetsInclude: ["**/*.arrow"],
  build: {
    outDir: "../gateway/static",
    emptyOutDir: true,
    target: "es2022",
    // The strict Content-Security-Policy allows no inline script, and every browser of the target knows preload.
    modulePreload: { polyfill: false },
    // data: addresses are allowed for pictures only.
    assetsInlineLimit: 0,
    // What draws charts is large, and loaded with the first chart only.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: ["index.html", "signin.html", "confirm.html"] },
  },
});
