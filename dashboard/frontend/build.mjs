// Builds the pages into ../static: fixed file names, the same bytes each time, and the list of hashes
// by which a test without Node knows that what is committed was built from what is committed.
//
//   node build.mjs            build
//   node build.mjs --sizes    build and print gzip sizes

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "..", "static");
const APP = join(STATIC, "app");

/** Current browsers for the console (OpenLayers is not lowered further); old phones for the others. */
const CONSOLE_TARGET = ["chrome109", "firefox115", "safari16"];
const PHONE_TARGET = ["chrome70", "safari14"];

/** Types that leave no trace in the output: a new field in a message does not make the pages stale. */
const TYPES_ONLY = "src/shared/protocol.ts";

const PAGES = [
  { entry: "src/console/main.tsx", out: "console.js", target: CONSOLE_TARGET },
  { entry: "src/office/main.tsx", out: "office.js", target: CONSOLE_TARGET },
  { entry: "src/technician/main.tsx", out: "technician.js", target: CONSOLE_TARGET },
  { entry: "src/handheld/main.tsx", out: "handheld.js", target: PHONE_TARGET },
  { entry: "src/handheld/worker.ts", out: "staff-sw.js", target: PHONE_TARGET },
  { entry: "src/customer/main.ts", out: "customer.js", target: PHONE_TARGET },
  { entry: "styles/console.css", out: "console.css", target: CONSOLE_TARGET },
  { entry: "styles/office.css", out: "office.css", target: CONSOLE_TARGET },
  { entry: "styles/technician.css", out: "technician.css", target: CONSOLE_TARGET },
  { entry: "styles/handheld.css", out: "handheld.css", target: PHONE_TARGET },
  { entry: "styles/customer.css", out: "customer.css", target: PHONE_TARGET },
];

/** Every file that the output depends on, in a fixed order. */
function sources() {
  const found = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json"];
  for (const folder of ["assets", "pages", "src", "styles"]) {
    for (const entry of readdirSync(join(HERE, folder), { recursive: true, withFileTypes: true })) {
      const path = relative(HERE, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/");
      if (entry.isFile() && path !== TYPES_ONLY) found.push(path);
    }
  }
  return found.sort();
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** The licence texts of whatever was bundled: their authors ask to be named. */
function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (match) packages.add(match[1]);
  }
  return [...packages].sort().map((name) => {
    const folder = join(HERE, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((candidate) => /^licen[sc]e/i.test(candidate));
    const text = file ? readFileSync(join(folder, file), "utf8").replace(/\r/g, "").trim() : "(no licence file in the package)";
    return `${name} ${version}\n\n${text}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}

async function main() {
  rmSync(APP, { recursive: true, force: true });
  mkdirSync(APP, { recursive: true });
  const inputs = [];
  for (const page of PAGES) {
    const result = await build({
      absWorkingDir: HERE,
      entryPoints: [page.entry],
      outfile: join(APP, page.out),
      bundle: true,
      minify: true,
      charset: "utf8",
      format: "iife",
      target: page.target,
      // All of these browsers destructure; esbuild only remembers a corner of it that old Safaris got wrong
      // (default values that name earlier ones), which is not used here.
      supported: { destructuring: true },
      jsx: "automatic",
      jsxImportSource: "preact",
      legalComments: "none",
      metafile: true,
      logLevel: "warning",
    });
    inputs.push(...Object.keys(result.metafile.inputs));
  }
  for (const page of readdirSync(join(HERE, "pages")).sort()) cpSync(join(HERE, "pages", page), join(STATIC, page));
  for (const asset of readdirSync(join(HERE, "assets")).sort()) cpSync(join(HERE, "assets", asset), join(APP, asset));
  writeFileSync(join(APP, "licences.txt"), licences(inputs));

  const made = [...readdirSync(APP).map((name) => `app/${name}`), ...readdirSync(join(HERE, "pages"))].sort();
  const lines = [
    ...sources().map((path) => `${sha256(readFileSync(join(HERE, path)))}  frontend/${path}`),
    ...made.map((path) => `${sha256(readFileSync(join(STATIC, path)))}  static/${path}`),
  ];
  writeFileSync(join(APP, "sources.sha256"), lines.join("\n") + "\n");
  if (process.argv.includes("--sizes")) {
    for (const path of made) {
      const data = readFileSync(join(STATIC, path));
      console.log(path.padEnd(26), String(data.length).padStart(8), String(gzipSync(data, { level: 9 }).length).padStart(8));
    }
  }
}

await main();
