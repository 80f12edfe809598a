import { defineConfig, type Plugin } from "vite";

/** Socket.IO's client as it is published, for pages that were written for it; no page of ours loads it. */
const socketIoClient: Plugin = {
  name: "socket.io-client",
  async generateBundle() {
    const source = await this.fs.readFile("node_modules/socket.io-client/dist/socket.io.min.js", { encoding: "utf8" });
    this.emitFile({ type: "asset", fileName: "assets/socket.io.js", source: source.replace(/^\/\/# sourceMappingURL=.*$/m, "") });
  },
};

export default defineConfig({
  plugins: [socketIoClient],
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
    rolldownOptions: { input: ["index.html", "signin.html", "confirm.html", "share.html"] },
  },
});
