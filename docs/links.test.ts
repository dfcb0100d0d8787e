/** Links between pages, and to files of the repository, lead somewhere; so do the npm scripts that pages name. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

async function markdownBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const hidden = new Set(["node_modules", "dist", "coverage", "runs"]);
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith(".") || hidden.has(entry.name)) return [];
      if (entry.isDirectory()) return markdownBelow(join(folder, entry.name));
      return entry.name.endsWith(".md") && entry.name !== "CHANGELOG.md" ? [join(folder, entry.name)] : [];
    }),
  );
  return found.flat();
}

const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

async function brokenLinks(page: string): Promise<string[]> {
  const markdown = await readFile(page, "utf8");
  const targets = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const broken = await Promise.all(
    targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .map(async (target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        if (!existsSync(file)) return [target];
        if (anchor === undefined) return [];
        return anchorsOf(await readFile(file, "utf8")).has(anchor) ? [] : [target];
      }),
  );
  return broken.flat();
}

const pages = await markdownBelow(root);

test.each(pages.map((page) => [relative(root, page), page]))("every link of %s leads somewhere", async (_, page) => {
  expect(await brokenLinks(page)).toEqual([]);
});

test.each(pages.map((page) => [relative(root, page), page]))(
  "every npm script that %s names exists",
  async (_, page) => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...(await readFile(page, "utf8")).matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  },
);
