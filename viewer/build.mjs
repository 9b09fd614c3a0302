// Bundles the viewer into the one file that the Python package carries. `npm ci && npm run build`.
import { build } from "esbuild";

await build({
  entryPoints: ["src/main.js"],
  outfile: "../src/coterie/evaluation/replay/viewer.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  loader: { ".css": "text" },
  legalComments: "inline",
  // Other characters stay readable whatever the page is saved as.
  charset: "ascii",
});
