/**
 * Reads vitest's JSON report and vitest's exit code; prints "<passed> <failed>". A skipped test counts as failed, and
 * so does a file that could not be read or an error outside of any test.
 */
import { readFileSync } from "node:fs";

const [file, exitCode] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, "utf8"));
const brokenFiles = report.testResults.filter((one) => one.status === "failed" && one.assertionResults.length === 0);
for (const { name } of brokenFiles) console.error(`Not run: ${name}`);

const skipped = report.testResults
  .flatMap((one) => one.assertionResults)
  .filter((one) => one.status === "skipped" || one.status === "pending" || one.status === "todo");
for (const { fullName } of skipped) console.error(`Skipped, which must not happen here: ${fullName}`);

const failed = report.numFailedTests + skipped.length + brokenFiles.length;
const unexplained = failed === 0 && exitCode !== "0" ? 1 : 0;
console.log(`${report.numPassedTests} ${failed + unexplained}`);
