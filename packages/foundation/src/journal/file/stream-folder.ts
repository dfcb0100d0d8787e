/** Names of folders for streams: any string of at most 256 characters becomes a name that every file system takes. */
import { createHash } from "node:crypto";

const plain = /^[a-z0-9][a-z0-9_-]{0,79}$/;

/**
 * The folder of a stream. Short lower-case names stay as they are; others keep a readable beginning, and a hash makes
 * them distinct (also where a file system ignores case).
 */
export function streamFolder(stream: string): string {
  if (plain.test(stream)) return stream;
  const readable = stream
    .slice(0, 40)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_");
  // UTF-16, because in UTF-8 all lone surrogates would be the same.
  const hash = createHash("sha256").update(Buffer.from(stream, "utf16le")).digest("hex").slice(0, 32);
  return `${readable}~${hash}`;
}
