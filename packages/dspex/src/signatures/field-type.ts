/** The types that a field may have in the string form of a signature, as data. */

/** A type that the string form knows by name. */
export type BaseTypeName = "string" | "number" | "integer" | "boolean" | "date" | "json";

/** A type in the string form: a named one, a union of texts, or an array of either. */
export type FieldType =
  | { readonly kind: "base"; readonly name: BaseTypeName }
  | { readonly kind: "literals"; readonly values: readonly string[] }
  | { readonly kind: "array"; readonly element: FieldType };

/** A field as the string form describes it. */
export interface FieldDeclaration {
  readonly name: string;
  readonly type: FieldType;
  readonly optional: boolean;
  readonly description?: string;
}

/** Every named type, in the order in which messages list them. */
export const baseTypeNames: readonly BaseTypeName[] = ["string", "number", "integer", "boolean", "date", "json"];

/** Whether a field may have this name: an identifier, and none that JavaScript or a prediction reserves. */
export function isFieldName(name: string): boolean {
  return /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(name) && name !== "__proto__";
}

// No escapes exist in a literal, so one of the two quotes is always free.
const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);

/** The text of a type as the string form writes it. */
export function formatType(type: FieldType): string {
  switch (type.kind) {
    case "base":
      return type.name;
    case "literals":
      return type.values.map(quote).join(" | ");
    case "array":
      return type.element.kind === "literals" ? `(${formatType(type.element)})[]` : `${formatType(type.element)}[]`;
  }
}
