/**
 * One command on a machine that has only Node and npm: sets the workspace up when it is not, then does the job.
 * `node scripts/bootstrap.mjs <demo|serve|test|check|supervision|bench> [arguments for the job]`
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const onWindows = process.platform === "win32";
const bin = join(root, "node_modules", ".bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, COREPACK_ENABLE_DOWNLOAD_PROMPT: "0" };

const inSources = ["node_modules/tsx/dist/cli.mjs", "--conditions=mabeam-source"];
const jobs = {
  demo: [...inSources, "examples/spam-team/main.ts"],
  serve: [...inSources, "examples/spam-team/serve.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  check: ["scripts/check.mjs"],
  supervision: [...inSources, "examples/supervision/main.ts"],
  bench: [...inSources, "bench/src/main.ts"],
};

const [job = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(jobs, job)) end(2, `Say what to do: ${Object.keys(jobs).join(", ")}.`);
await setUp();
const command = [process.execPath, ...jobs[job], ...rest.filter((word, index) => index > 0 || word !== "--")];
// Only the checks call pnpm: the one that packs the packages, and publint.
const { code } = await run(job === "check" ? [...(await pnpmRunner()), ...command] : command, "inherit");
process.exitCode = code;

/** Installs what the lockfile names, unless exactly that was installed here before. */
async function setUp() {
  const stamp = join(root, "node_modules", ".mabeam-setup");
  const lock = readFileSync(join(root, "pnpm-lock.yaml"));
  const wanted = createHash("sha256").update(lock).update(process.platform).update(process.arch).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Setting up (once) ...");
  const install = ["pnpm", "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"];
  const { code, output } = await run([...(await pnpmRunner()), ...install], "pipe");
  if (code !== 0) end(code, `${output}\nSetting up failed: see above. It needs the npm registry, and nothing else.`);
  writeFileSync(stamp, wanted);
}

/** What to put before a command so that it finds our version of pnpm on its PATH. Nothing is installed globally. */
async function pnpmRunner() {
  const found = await run(["pnpm", "--version"], "pipe").catch(() => ({ code: 1, output: "" }));
  if (found.code === 0 && `pnpm@${found.output.trim()}` === packageManager) return [];
  return ["npm", "exec", "--yes", `--package=${packageManager}`, "--"];
}

/** Runs a command here; gives its exit code, and what it wrote unless it writes to our own terminal. */
function run([file, ...words], io) {
  return new Promise((resolve, reject) => {
    const stdio = io === "inherit" ? io : ["ignore", "pipe", "pipe"];
    const quoted = (word) => (onWindows && /[\s&]/.test(word) ? `"${word}"` : word);
    const child = spawn(quoted(file), words.map(quoted), { cwd: root, env, stdio, shell: onWindows });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    // A Ctrl-C reaches the whole group by itself: we only wait for the child's last words. Others are passed on.
    const pass = (signal) => void (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, pass);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const one of signals) process.off(one, pass);
      resolve({ code: code ?? 128 + constants.signals[signal], output });
    });
  });
}

function end(code, message) {
  console.error(message);
  process.exit(code);
}
