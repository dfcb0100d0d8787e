/**
 * The packages as their users get them: built, packed, checked by publint and attw, installed into an empty project,
 * imported, required, type-checked, and weighed.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { minifiedBytes, secretsIn } from "./surface/built-files.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const limits = { foundation: 60_000, dspex: 120_000 };
const project = mkdtempSync(join(tmpdir(), "mabeam-surface-"));

try {
  const manifests = {};
  for (const name of Object.keys(limits)) {
    step(`build ${name}`, "pnpm", ["--dir", `packages/${name}`, "run", "build"]);
    step(`pack ${name}`, "pnpm", ["--dir", `packages/${name}`, "pack", "--out", tarball(name)]);
    step(`publint ${name}`, "publint", ["run", tarball(name), "--strict"]);
    step(`attw ${name}`, "attw", [tarball(name), "--profile", "esm-only"]);
    manifests[name] = JSON.parse(step("read the manifest", "tar", ["-xOf", tarball(name), "package/package.json"]));
    const secrets = secretsIn(join(root, "packages", name, "dist"), [root, homedir()]);
    if (secrets.length > 0) fail(`publish ${name}`, secrets.join("\n"));
  }
  const entries = Object.values(manifests).flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((path) => !path.endsWith(".json"))
      .map((path) => name + path.slice(1)),
  );
  install();
  importAll(entries);
  typeCheck(entries);
  const heavy = [];
  for (const [name, limit] of Object.entries(limits)) if ((await weigh(manifests[name])) > limit) heavy.push(name);
  console.log(`       ${entries.length} entries import, require and type-check from the packed tarballs`);
  if (heavy.length > 0)
    fail("stay small", `${heavy.join(", ")}: more bytes, minified, than ${JSON.stringify(limits)} allows.`);
} finally {
  rmSync(project, { recursive: true, force: true });
}

function tarball(name) {
  return join(project, `${name}.tgz`);
}

function install() {
  const dependencies = Object.fromEntries(Object.keys(limits).map((name) => [`@mabeam/${name}`, `file:${name}.tgz`]));
  const overrides = { "@mabeam/foundation": "file:foundation.tgz" };
  // Every TypeScript project on Node has these; pino's types and AbortSignal want them.
  const { "@types/node": nodeTypes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies;
  const devDependencies = { "@types/node": nodeTypes };
  write("package.json", JSON.stringify({ private: true, type: "module", dependencies, devDependencies, overrides }));
  step("install the tarballs", "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], project);
}

function importAll(entries) {
  const list = JSON.stringify(entries);
  const check = `if (Object.keys(all).length === 0) { console.error(entry + " exports nothing"); process.exit(1); }`;
  write("import.mjs", `for (const entry of ${list}) { const all = await import(entry); ${check} }`);
  write("require.cjs", `for (const entry of ${list}) { const all = require(entry); ${check} }`);
  for (const file of ["import.mjs", "require.cjs"])
    step(`run ${file}`, process.execPath, ["--no-warnings", file], project);
}

function typeCheck(entries) {
  const user = readFileSync(join(root, "packages", "dspex", "test", "user.ts"), "utf8");
  write("user.ts", user + entries.map((entry, index) => `export * as entry${index} from "${entry}";\n`).join(""));
  const options =
    "--strict --module nodenext --target es2022 --lib es2023,esnext.disposable --types node --noEmit".split(" ");
  step("type-check a user's file", "tsc", [...options, "user.ts"], project);
}

async function weigh({ name, version, dependencies, exports }) {
  const entry = join(project, "node_modules", name, exports["."].default);
  const { loaded, all } = await minifiedBytes(entry, Object.keys(dependencies));
  const [kilobytes, later] = [loaded, all - loaded].map((bytes) => (bytes / 1000).toFixed(1));
  console.log(
    `       ${name} ${version}: ${kilobytes} kB minified, and ${later} kB on first use; dependencies left out`,
  );
  return loaded;
}

function write(file, text) {
  writeFileSync(join(project, file), text);
}

function step(what, command, words, cwd = root) {
  try {
    return execFileSync(command, words, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
  } catch (error) {
    return fail(what, `${error.stdout ?? ""}${error.stderr ?? error.message}`);
  }
}

function fail(what, message) {
  console.error(`Could not ${what}:\n${message}`);
  rmSync(project, { recursive: true, force: true });
  process.exit(1);
}
