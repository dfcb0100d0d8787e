/** Checksums of frames. CRC-32 (ISO-HDLC, as in zlib): it detects all single bursts of up to 32 bits. */
import { crc32 } from "node:zlib";

/** Eight lower-case hexadecimal digits. */
export function checksum(text: string | Uint8Array): string {
  return crc32(text).toString(16).padStart(8, "0");
}
