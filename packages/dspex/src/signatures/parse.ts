/**
 * The string form of a signature.
 *
 * ```ebnf
 * signature   = fields , "->" , fields ;
 * fields      = field , { separator , field } , [ "," ] , { description } ;
 * separator   = "," , { description } | description , { description } , [ "," ] , { description } ;
 * field       = name , [ "?" ] , [ ":" , type ] ;            (* without a type: string *)
 * type        = element , { "[]" } ;
 * element     = base | literal , { "|" , literal } | "(" , type , ")" ;
 * base        = "string" | "number" | "integer" | "boolean" | "date" | "json" ;
 * literal     = "'" , { character - "'" } , "'" | '"' , { character - '"' } , '"' ;     (* on one line, no escapes *)
 * description = "//" , { character } , end of line ;
 * ```
 *
 * White space, line ends too, may stand between any two of these. A description belongs to the field before it, also
 * when the field's comma stands between them; it runs to the end of its line (so it may hold commas), and several in a
 * row are one. After a description the comma may be left out. `'a' | 'b'[]` would be read in two ways, so an array of
 * a union wants parentheses.
 */
import { baseTypeNames, isFieldName, type FieldDeclaration, type FieldType } from "./field-type.ts";
import { Scanner } from "./scanner.ts";

/** Both sides of a signature, in the order in which they were written. */
export interface ParsedSignature {
  readonly inputs: readonly FieldDeclaration[];
  readonly outputs: readonly FieldDeclaration[];
}

/**
 * Reads the string form.
 *
 * @throws `SIGNATURE_INVALID` with `details { position, line, column, problem, text }`; the message shows the place.
 */
export function parseSignature(text: string): ParsedSignature {
  const scanner = new Scanner(text);
  const inputs = parseFields(scanner, "input");
  if (!scanner.take("->")) {
    throw scanner.error(`expected "," or "->" before the outputs, found ${scanner.here()}.`);
  }
  const outputs = parseFields(scanner, "output");
  if (!scanner.atEnd) throw scanner.error(`expected "," or the end, found ${scanner.here()}.`);
  return { inputs, outputs };
}

function parseFields(scanner: Scanner, side: "input" | "output"): FieldDeclaration[] {
  const fields: FieldDeclaration[] = [];
  let separated = true;
  scanner.skipSpace();
  while (separated && !scanner.atEnd && !startsArrow(scanner)) {
    const start = scanner.position;
    const field = parseField(scanner, side);
    if (fields.some(({ name }) => name === field.name)) {
      throw scanner.error(`the ${side} "${field.name}" is there twice.`, start);
    }
    const separator = parseSeparator(scanner);
    separated = separator.separated;
    fields.push(separator.description === "" ? field : { ...field, description: separator.description });
  }
  if (fields.length === 0) throw scanner.error(`a signature needs at least one ${side}.`);
  return fields;
}

const startsArrow = (scanner: Scanner): boolean => scanner.match(/(?=->)/uy) !== undefined;

/** What stands between two fields: at most one comma, and descriptions around it. */
function parseSeparator(scanner: Scanner): { description: string; separated: boolean } {
  const lines: string[] = [];
  let comma = false;
  for (;;) {
    scanner.skipSpace();
    const line = scanner.match(/\/\/[^\n]*/uy);
    if (line !== undefined) lines.push(line.slice(2).trim());
    else if (comma || !scanner.take(",")) break;
    else comma = true;
  }
  return { separated: comma || lines.length > 0, description: lines.filter((line) => line !== "").join(" ") };
}

function parseField(scanner: Scanner, side: "input" | "output"): FieldDeclaration {
  const start = scanner.position;
  const name = scanner.match(/[\p{ID_Continue}$]+/uy);
  if (name === undefined) throw scanner.error(`expected the name of an ${side}, found ${scanner.here()}.`);
  if (!isFieldName(name)) throw scanner.error(`"${name}" cannot name a field: choose an identifier without $.`, start);
  const optional = takeAfterSpace(scanner, "?");
  if (!takeAfterSpace(scanner, ":")) return { name, optional, type: { kind: "base", name: "string" } };
  return { name, optional, type: parseType(scanner) };
}

function takeAfterSpace(scanner: Scanner, token: string): boolean {
  scanner.skipSpace();
  return scanner.take(token);
}

function parseType(scanner: Scanner): FieldType {
  scanner.skipSpace();
  const start = scanner.position;
  let type = parseElement(scanner);
  const bareUnion = type.kind === "literals" && type.values.length > 1 && !scanner.standsAt(start, "(");
  for (;;) {
    scanner.skipSpace();
    const brackets = scanner.position;
    if (scanner.match(/\[\s*\]/uy) === undefined) return type;
    if (bareUnion) throw scanner.error("put the union in parentheses, ('a' | 'b')[], for a list of it.", brackets);
    type = { kind: "array", element: type };
  }
}

function parseElement(scanner: Scanner): FieldType {
  if (scanner.take("(")) {
    const type = parseType(scanner);
    if (!takeAfterSpace(scanner, ")")) throw scanner.error(`expected ")", found ${scanner.here()}.`);
    return type;
  }
  if (scanner.match(/(?=['"])/uy) !== undefined) return { kind: "literals", values: parseLiterals(scanner) };
  const start = scanner.position;
  const here = scanner.here();
  const word = scanner.match(/\p{ID_Continue}+/uy);
  const name = baseTypeNames.find((known) => known === word);
  if (name !== undefined) return { kind: "base", name };
  throw scanner.error(`expected a type (${baseTypeNames.join(", ")}, or 'a' | 'b'), found ${here}.`, start);
}

function parseLiterals(scanner: Scanner): string[] {
  const values: string[] = [];
  do {
    scanner.skipSpace();
    const start = scanner.position;
    const literal = scanner.match(/'[^'\n]*'|"[^"\n]*"/uy);
    if (literal === undefined) throw scanner.error(`expected a text in quotes, closed on its line.`);
    const value = literal.slice(1, -1);
    if (values.includes(value)) throw scanner.error(`${literal} is there twice.`, start);
    values.push(value);
  } while (takeAfterSpace(scanner, "|"));
  return values;
}
