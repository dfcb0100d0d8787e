import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMabeam } from "@mabeam/foundation";
import { createTeam } from "@mabeam/dspex";
import { expect, it } from "vitest";
import { loadCorpus, splitCorpus } from "./corpus.ts";
import { spamPrograms } from "./programs.ts";
import { spamServer } from "./serve.ts";

const spam = `From: "Big Winner" <winner@cash4u.example.com>
To: undisclosed-recipients
Subject: FREE CASH!!! ACT NOW
MIME-Version: 1.0
Content-Type: text/html

<html><body bgcolor="#ff0000"><font size="7">Click <a href="http://192.0.2.7/free">here</a> for FREE money!!!
Limited offer, order now, guaranteed income, remove me from this list, viagra, credit card, mortgage.</font></body></html>
`;

it("a team that was fitted, saved and loaded elsewhere answers over HTTP, and refuses what is no mail", async () => {
  const folder = await mkdtemp(join(tmpdir(), "spam-team-"));
  const artifact = join(folder, "team.json");
  await using mabeam = await createMabeam();
  const team = await createTeam(mabeam, spamPrograms(), { output: ["label", "confidence"] });
  const { train } = splitCorpus(loadCorpus().examples, 1, { train: 600, validation: 1, test: 1 });
  await (await team.fit(train.map((example) => ({ ...example, confidence: 1 })))).save(artifact);

  const server = (await spamServer(artifact)).listen(0);
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  try {
    const verdict = await fetch(url, { method: "POST", body: spam });
    expect(verdict.status).toBe(200);
    expect(await verdict.json()).toEqual({ label: "spam", confidence: expect.any(Number) });
    expect((await fetch(url)).status).toBe(405);
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
