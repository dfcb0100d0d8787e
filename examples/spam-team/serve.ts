/**
 * The optimized team in a service: loads `spam-team.json` and classifies mails that are posted to it. There is no
 * optimizer here, only the team.
 *
 * ```sh
 * npm run demo:serve
 * curl --data-binary @some-mail.eml http://localhost:3000/
 * ```
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createMabeam, isMabeamError } from "@mabeam/foundation";
import { createTeam } from "@mabeam/dspex";
import { readMail } from "./mail.ts";
import { spamPrograms } from "./programs.ts";
import { say } from "./screen.ts";

// The longest mail that is read, in bytes.
const longestMail = 10_000_000;

/** A server that answers `{ label, confidence }` to a mail posted to it, as RFC 5322 text. */
export async function spamServer(artifact: string): Promise<Server> {
  const mabeam = await createMabeam();
  const programs = await createTeam(mabeam, spamPrograms(), { id: "spam", output: ["label", "confidence"] });
  const team = await programs.load(artifact);
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
    };
    if (request.method !== "POST") return answer(405, { error: "Post a mail, as text: curl --data-binary @mail.eml" });
    classify(request).then(
      (verdict) => answer(200, verdict),
      (error: unknown) => answer(isMabeamError(error, "INVALID_INPUT") ? 400 : 500, { error: String(error) }),
    );
  });
  const classify = async (request: IncomingMessage): Promise<object> => {
    const mail = readMail("posted", await bodyOf(request));
    return team.forward({ mail }, { signal: AbortSignal.timeout(10_000) });
  };
  return server.on("close", () => void mabeam.close());
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestMail) throw new RangeError(`A mail may have ${longestMail} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

if (process.argv[1]?.endsWith("serve.ts") === true) {
  const server = await spamServer(process.argv[2] ?? "spam-team.json");
  const port = Number(process.env.PORT ?? 3000);
  server.listen(port, () => say(`Post a mail to http://localhost:${port}/ (Ctrl-C ends it)`));
}
