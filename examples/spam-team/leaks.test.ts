import { describe, expect, it } from "vitest";
import { keptHeaders, originHop, withoutListFooters, withoutListTag, writtenByTheSender } from "./leaks.ts";

describe("what is stripped", () => {
  it("keeps only headers of the sender's software, and never an address, a thread or a date in them", () => {
    const kept = keptHeaders([
      { name: "delivered-to", value: "zzzz@localhost.spamassassin.taint.org" },
      { name: "x-spam-status", value: "Yes, hits=12" },
      { name: "list-id", value: "Irish Linux Users' Group <ilug.linux.ie>" },
      { name: "from", value: "Alice <alice@example.org>" },
      { name: "date", value: "Thu, 22 Aug 2002 09:33:07 -0600" },
      { name: "in-reply-to", value: "<abc@example.org>" },
      { name: "message-id", value: "<200208221537.g7MFb@dogma.slashnull.org>" },
      { name: "x-mailer", value: "Mutt 1.4" },
    ]);
    expect(kept).toEqual([
      { name: "from", value: "" },
      { name: "date", value: "a, 9 a 9 9:9:9 -9" },
      { name: "in-reply-to", value: "" },
      { name: "x-mailer", value: "Mutt 1.4" },
    ]);
  });

  it("reads the oldest hop, and nothing where the collection's own machines are the oldest", () => {
    const collector = { name: "received", value: "from jalapeno [127.0.0.1] by localhost with IMAP (fetchmail-5.9.0)" };
    const sender = {
      name: "received",
      value: "from pc (dsl-12.example.net [10.1.2.3]) by mx.example.net; Thu, 22 Aug",
    };
    expect(originHop([collector, sender])).toBe("from pc (dsl-12.example.net [10.1.2.3])".slice(5).replace(/\d/g, "9"));
    expect(originHop([sender, collector])).toBe("");
    expect(originHop([])).toBe("");
  });

  it("takes the list's tag out of a subject, and keeps that it is a reply", () => {
    expect(withoutListTag("Re: [ILUG] packaging risks")).toBe("Re: packaging risks");
    expect(withoutListTag("[ILUG-Social] re: lose 10 lbs")).toBe("re: lose 10 lbs");
    expect(withoutListTag("You won!")).toBe("You won!");
  });

  it("takes a list's footer away with its rules, and leaves the text before it", () => {
    const rule = "_".repeat(47);
    const text = `Hello,\nsee you.\n${rule}\nRazor-users mailing list\nhttps://lists.sourceforge.net/lists/listinfo/razor-users\n`;
    expect(withoutListFooters(text).trim()).toBe("Hello,\nsee you.");
  });

  it("leaves what the author wrote: no quotes, no attribution, no signature, no dates", () => {
    const text = [
      "On Thu, Aug 22, 2002, Bob wrote:",
      "> old words",
      "> more",
      "New words, in May 2002.",
      "-- ",
      "Alice",
    ];
    const own = writtenByTheSender(text.join("\n"));
    expect(own.text.replace(/\s+/g, " ")).toBe("New words, in .");
    expect(own.quoted).toBe(2 / 4);
  });
});
