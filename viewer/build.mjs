// Bundles the viewer into the one file that the Python package carries: `npm ci && npm run build`.
// Another place may be named: `node build.mjs FILE`.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

// The licence of three.js asks that its text goes with every copy.
const licence = readFileSync("node_modules/three/LICENSE", "utf8").replace("\u00A9", "(c)").trim();

await build({
  entryPoints: ["src/main.js"],
  outfile: process.argv[2] ?? "../src/coterie/evaluation/replay/viewer.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2024",
  loader: { ".css": "text" },
  legalComments: "inline",
  banner: { js: `/*! This file contains three.js.\n\n${licence}\n*/` },
  // Other characters stay readable whatever the page is saved as.
  charset: "ascii",
});
