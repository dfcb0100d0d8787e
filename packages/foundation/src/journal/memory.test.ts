import { journalSuite } from "./journal.suite.ts";
import { memoryJournal } from "./memory.ts";

journalSuite("memoryJournal", () => memoryJournal());
