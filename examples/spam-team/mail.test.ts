import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMail, wordsOf } from "./mail.ts";

const read = (source: string) => readMail("test/1", Buffer.from(source, "latin1"));

describe("a mail", () => {
  it("is decoded: encoded words, base64, quoted-printable and charsets", () => {
    const html = Buffer.from(
      '<p>Prix: 5 <b>euros</b></p><a href="http://10.0.0.1:81/x?y">www.bank.example</a>',
    ).toString("base64");
    const mail = read(
      [
        "From: =?iso-8859-1?Q?Jos=E9?= <jose@mail.example.es>",
        "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
        "Date: Sun, 04 Aug 2002 23:10:00 -0500",
        'Content-Type: multipart/mixed; boundary="b=_1"',
        "",
        "preamble",
        "--b=_1",
        "Content-Type: text/html; charset=us-ascii",
        "Content-Transfer-Encoding: base64",
        "",
        html,
        "--b=_1",
        "Content-Type: application/pdf",
        "",
        "12345",
        "--b=_1--",
      ].join("\r\n"),
    );
    expect(mail.from).toEqual({ name: "José", local: "jose", domain: "mail.example.es" });
    expect(mail.subject).toBe("Grüße");
    expect([mail.hour, mail.weekday]).toEqual([23, 0]);
    expect(mail.text).toContain("Prix: 5 euros");
    expect(mail.links).toEqual([
      { scheme: "http", host: "10.0.0.1", port: "81", path: "/x?y", shownHost: "bank.example" },
    ]);
    expect(mail.attachments).toEqual(["application/pdf"]);
  });

  it("keeps a part's boundary apart from a longer one that begins alike", () => {
    const inner = ["--bAA", "Content-Type: text/html", "", "<p>inner text", "--bAA--"];
    const outer = [
      "Content-Type: multipart/related; boundary=b",
      "",
      "--b",
      "Content-Type: multipart/alternative; boundary=bAA",
      "",
    ];
    const mail = read([...outer, ...inner, "--b", "Content-Type: image/gif", "", "GIF", "--b--"].join("\n"));
    expect([mail.text, ...mail.attachments]).toEqual(["inner text", "image/gif"]);
  });

  it("shows no word of scripts, styles, comments and markup", () => {
    // The head is never closed, as in many mails.
    const mail = read(
      "Content-Type: text/html\n\n<head><style>hidden1</style><!-- hidden2 --><script>hidden3</script><p title=hidden4>seen",
    );
    expect(mail.text).toBe("seen");
    expect([mail.markup.comments, mail.markup.scripts]).toEqual([1, 1]);
  });

  it("is plain JSON, from any bytes at all", () => {
    const pieces = fc.constantFrom(
      "\n",
      "\n\n",
      ":",
      "--b",
      "Content-Type: multipart/x; boundary=b",
      "Received: from ",
      "<a href=",
      "=?",
      "?=",
      "@",
    );
    const bytes = fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 });
    fc.assert(
      fc.property(bytes, (parts) => {
        const mail = readMail("test/any", Buffer.from(parts.join("")));
        expect(JSON.parse(JSON.stringify(mail))).toEqual(mail);
      }),
      { numRuns: 100 },
    );
  });

  it("has no digits among its words", () => {
    expect(wordsOf("Earn $5000 NOW!! don't wait until 2002")).toEqual(["earn", "now!!", "don't", "wait", "until"]);
  });
});
