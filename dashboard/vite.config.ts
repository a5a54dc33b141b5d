// The build of the page: one script and one style sheet with relative
// addresses, so that the result works under any path and behind any proxy.
import { defineConfig } from "vite";

const host = process.env["STREAMGAUGE_URL"] ?? "http://127.0.0.1:5001/";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    // Inlined files would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ECharts is one library of one page; splitting it would only add a request.
    chunkSizeWarningLimit: 1000,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: host, ws: true } },
  },
});
