/** All checks: every script of package.json that is called `check:...`, two at a time. Shows what a check says only if it fails. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const only = process.argv.slice(2);
const waiting = Object.keys(scripts).filter(
  (name) => name.startsWith("check:") && (only.length === 0 || only.includes(name.slice("check:".length))),
);
const failed = [];
await Promise.all([worker(), worker()]);
console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const startedAt = performance.now();
    const { code, output } = await run(scripts[name]);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${name.padEnd(14)} ${seconds} s`);
    const isWordy = name === "check:surface";
    if (code !== 0 || isWordy) console.log(output.trimEnd());
    if (code !== 0) failed.push(name);
  }
}

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
