/** A cursor over the text of a signature that knows where it is, and says so when something is wrong. */
import { MabeamError } from "@mabeam/foundation";

/** Reads a text from left to right. Positions count UTF-16 units from 0. */
export class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  /** Moves on over white space. */
  skipSpace(): void {
    this.match(/\s*/uy);
  }

  /** Takes `token` if it stands here, and says whether it did. */
  take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#position)) return false;
    this.#position += token.length;
    return true;
  }

  /** Takes what the sticky expression matches here, or nothing. */
  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#position;
    const found = sticky.exec(this.#text)?.[0];
    this.#position += found?.length ?? 0;
    return found;
  }

  /** Whether `token` stands at `position`. */
  standsAt(position: number, token: string): boolean {
    return this.#text.startsWith(token, position);
  }

  /** What stands here, shortened for a message. */
  here(): string {
    if (this.atEnd) return "the end";
    const word = /[\p{ID_Continue}$-]+|[^]/uy;
    word.lastIndex = this.#position;
    return JSON.stringify(word.exec(this.#text)?.[0] ?? "");
  }

  /** A `SIGNATURE_INVALID` error whose message shows the line with a caret under the position. */
  error(problem: string, position: number = this.#position): MabeamError {
    const before = this.#text.slice(0, position);
    const lineStart = before.lastIndexOf("\n") + 1;
    const lineEnd = this.#text.indexOf("\n", position);
    const lineText = this.#text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, "");
    const line = before.split("\n").length;
    const column = position - lineStart + 1;
    // Tabs are kept so that the caret stands right wherever the message is printed.
    const indent = lineText.slice(0, column - 1).replace(/[^\t]/g, " ");
    return new MabeamError(
      "SIGNATURE_INVALID",
      `The signature is wrong at line ${line}, column ${column}: ${problem}\n  ${lineText}\n  ${indent}^`,
      { details: { position, line, column, problem, text: this.#text } },
    );
  }
}
