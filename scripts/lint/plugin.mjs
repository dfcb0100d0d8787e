/** Our own lint rules, for oxlint: what no rule of its own can say. Each is tried on a planted violation in plugin.test.ts. */
import { posix } from "node:path";
import { doors, foundationBasics, foundationUsers, roomOf, rooms } from "./layers.mjs";

const layers = onImports((statement, file, report) => {
  const target = statement.source.value;
  if (target.startsWith(".")) return ownFile(target, file, report);
  const door = doors.find(({ modules }) => modules.test(target));
  if (door !== undefined && !within(door.places, file)) {
    const typesOnly = (statement.importKind ?? statement.exportKind) === "type";
    if (!typesOnly || !within(door.typesIn, file)) report(`Only ${door.places.join(", ")} may import "${target}".`);
  }
  if (target.startsWith("@mabeam/")) ownPackage(target, statement, file, report);
});

function ownFile(target, file, report) {
  const path = posix.join(posix.dirname(file.path), target);
  if (path.startsWith("..")) return report(`"${target}" leaves the package: import it by its name.`);
  const room = roomOf(path);
  if (file.room === "entry" || file.room === room) return;
  const allowed = rooms[file.package][file.room];
  if (allowed === undefined)
    report(`The room "${file.room}" is not in scripts/lint/layers.mjs: say there what it may import.`);
  else if (!allowed.includes(room))
    report(`${file.room} may not import ${room} (scripts/lint/layers.mjs says who may).`);
}

function ownPackage(target, statement, file, report) {
  if (file.package === "foundation") return report("Foundation knows nothing of the packages above it.");
  if (!/^@mabeam\/foundation(\/(coordination|nats))?$/.test(target))
    return report(`"${target}" is no public entry for dspex.`);
  if (foundationUsers.has(file.room)) return;
  if (target !== "@mabeam/foundation") return report(`${file.room} may import only the root of @mabeam/foundation.`);
  const names = (statement.specifiers ?? []).map(({ imported, local }) => (imported ?? local)?.name ?? "*");
  const living = names.filter((name) => !foundationBasics.has(name));
  if (living.length > 0)
    report(`${file.room} may not use ${living.join(", ")} of foundation: that is for agents and teams.`);
}

const within = (places, { path, room }) =>
  places.some((place) => place === room || place === path || path.startsWith(`${place}/`));

/** A rule that looks at every import and re-export of a source file of our packages. */
function onImports(check) {
  return {
    create(context) {
      const found = /packages\/(foundation|dspex)\/src\/(.+)$/.exec(context.filename.replaceAll("\\", "/"));
      if (found === null) return {};
      const file = { package: found[1], path: found[2], room: roomOf(found[2]) };
      const look = (node) => node.source && check(node, file, (message) => context.report({ node, message }));
      return { ImportDeclaration: look, ExportNamedDeclaration: look, ExportAllDeclaration: look };
    },
  };
}

const bareErrors = new Set(["Error", "TypeError", "RangeError", "AggregateError"]);

const noBareError = visiting("ThrowStatement", ({ argument }, report) => {
  const isError = argument.type === "NewExpression" || argument.type === "CallExpression";
  if (isError && bareErrors.has(argument.callee.name))
    report("Throw a MabeamError: it has a code and says what to do.");
});

const noCurrentDate = visiting("NewExpression", ({ callee, arguments: given }, report) => {
  if (callee.name === "Date" && given.length === 0) report("Ask the clock: new Date(clock.now()).");
});

const noEnum = visiting("TSEnumDeclaration", (_node, report) =>
  report("Use a union of strings: an enum is not erasable."),
);

function visiting(kind, check) {
  return { create: (context) => ({ [kind]: (node) => check(node, (message) => context.report({ node, message })) }) };
}

export default {
  meta: { name: "mabeam" },
  rules: { layers, "no-bare-error": noBareError, "no-current-date": noCurrentDate, "no-enum": noEnum },
};
