/** A small service that survives every fault that its code can have, while you watch. `--pace 0` does not wait for you. */
import { parseArgs } from "node:util";
import { scenes } from "./scenes.ts";
import { bold, closingTable } from "./screen.ts";
import { tell } from "./story.ts";

const { values } = parseArgs({ options: { pace: { type: "string", default: "250" } } });
const paceMs = Number(values.pace);
if (!(paceMs >= 0)) throw new RangeError(`--pace is a number of milliseconds, at least 0, not "${values.pace}".`);

const say = (lines: string): void => void process.stdout.write(`${lines}\n`);

say(bold(`${scenes.length} faults, one process, one client that never stops asking\n`));
const report = await tell(scenes, paceMs, say);
say(`\n${closingTable(report)}`);
process.exitCode = report.survives ? 0 : 1;
