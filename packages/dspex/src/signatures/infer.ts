/**
 * Types from the text of a signature, read by the compiler from the string literal. The grammar is that of `parse.ts`;
 * what that refuses when the program runs may come out here as `unknown`, never as something wrong.
 *
 * The text is never walked letter by letter: quoted texts and descriptions are cut out first, by their delimiters,
 * and the rest is split at commas. So a signature costs some dozens of instantiations, not hundreds.
 */

/** The inputs of a signature in its string form; `Record<string, unknown>` if the text is not a literal. */
export type InferInputs<Text extends string> = string extends Text ? Record<string, unknown> : Sides<Text>["inputs"];

/** The outputs of a signature in its string form; `Record<string, unknown>` if the text is not a literal. */
export type InferOutputs<Text extends string> = string extends Text ? Record<string, unknown> : Sides<Text>["outputs"];

type Sides<Text extends string> =
  Mask<Text> extends [infer Masked extends string, infer Literals extends string[]]
    ? Masked extends `${infer Inputs}->${infer Outputs}`
      ? { inputs: FieldsOf<Split<Inputs>, Literals>; outputs: FieldsOf<Split<Outputs>, Literals> }
      : { inputs: Record<string, unknown>; outputs: Record<string, unknown> }
    : never;

// Masking: a quoted text becomes a quote and its number ('0), a description becomes a comma (empty fields are dropped
// later). After this no comma, bar, colon or arrow is left that is not the grammar's own.
type Mask<
  Text extends string,
  Out extends string = "",
  Literals extends string[] = [],
> = Text extends `${infer Before}//${infer Rest}`
  ? Before extends `${string}${"'" | '"'}${string}`
    ? MaskQuoted<Text, Out, Literals>
    : Rest extends `${string}\n${infer After}`
      ? Mask<After, `${Out}${Before},`, Literals>
      : [`${Out}${Before}`, Literals]
  : Text extends `${string}${"'" | '"'}${string}`
    ? MaskQuoted<Text, Out, Literals>
    : [`${Out}${Text}`, Literals];

type MaskQuoted<
  Text extends string,
  Out extends string,
  Literals extends string[],
> = Text extends `${infer Before}'${infer Rest}`
  ? Before extends `${infer Earlier}"${string}`
    ? CloseQuote<Text, Earlier, '"', Out, Literals>
    : Rest extends `${infer Literal}'${infer After}`
      ? Mask<After, `${Out}${Before}'${Literals["length"]}`, [...Literals, Literal]>
      : [`${Out}${Before}`, Literals]
  : Text extends `${infer Before}"${string}`
    ? CloseQuote<Text, Before, '"', Out, Literals>
    : never;

type CloseQuote<
  Text extends string,
  Before extends string,
  Quote extends string,
  Out extends string,
  Literals extends string[],
> = Text extends `${Before}${Quote}${infer Literal}${Quote}${infer After}`
  ? Mask<After, `${Out}${Before}'${Literals["length"]}`, [...Literals, Literal]>
  : [`${Out}${Before}`, Literals];

/** The fields of one side, as a union of their trimmed texts. Gathers, so that long signatures stay within limits. */
type Split<Text extends string, Fields extends string = never> = Text extends `${infer Head},${infer Tail}`
  ? Split<Tail, Fields | Trim<Head>>
  : Fields | Trim<Text>;

type FieldsOf<Field extends string, Literals extends string[]> =
  OptionalName<Field> extends never
    ? RequiredFields<Field, Literals>
    : Flat<RequiredFields<Field, Literals> & OptionalFields<Field, Literals>>;

type RequiredFields<Field extends string, Literals extends string[]> = {
  [F in Field as RequiredName<F>]: TypeOfField<F, Literals>;
};

type OptionalFields<Field extends string, Literals extends string[]> = {
  [F in Field as OptionalName<F>]?: TypeOfField<F, Literals> | undefined;
};

type Flat<T> = { [K in keyof T]: T[K] };

type RequiredName<Field extends string> = NameOf<Field> extends `${string}?` | "" ? never : NameOf<Field>;
type OptionalName<Field extends string> = Field extends string
  ? NameOf<Field> extends `${infer Name}?`
    ? TrimEnd<Name>
    : never
  : never;
type NameOf<Field extends string> = Field extends `${infer Name}:${string}` ? TrimEnd<Name> : Field;

type TypeOfField<Field extends string, Literals extends string[]> = Field extends `${string}:${infer Type}`
  ? TypeOf<Trim<Type>, Literals>
  : string;

/** `json` is `unknown`, not a recursive JSON type: no interface of a user's could be assigned to that. */
interface BaseTypes {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  date: Date;
  json: unknown;
}

type TypeOf<Type extends string, Literals extends string[]> = Type extends keyof BaseTypes
  ? BaseTypes[Type]
  : Type extends `${infer Element}]`
    ? Trim<Element> extends `${infer Inner}[`
      ? TypeOf<Trim<Inner>, Literals>[]
      : unknown
    : Type extends `(${infer Inner})`
      ? TypeOf<Trim<Inner>, Literals>
      : UnionOf<Type, Literals>;

type UnionOf<
  Type extends string,
  Literals extends string[],
  Members = never,
> = Type extends `${infer Head}|${infer Tail}`
  ? UnionOf<Tail, Literals, Members | LiteralOf<Trim<Head>, Literals>>
  : Members | LiteralOf<Trim<Type>, Literals>;

type LiteralOf<Type extends string, Literals extends string[]> = Type extends `'${infer Index}`
  ? Literals[Index & keyof Literals]
  : unknown;

type Space = " " | "\n" | "\t" | "\r";
type Trim<Text extends string> = TrimEnd<TrimStart<Text>>;
type TrimStart<Text extends string> = Text extends `    ${infer Rest}`
  ? TrimStart<Rest>
  : Text extends `${Space}${infer Rest}`
    ? TrimStart<Rest>
    : Text;
type TrimEnd<Text extends string> = Text extends `${infer Rest}    `
  ? TrimEnd<Rest>
  : Text extends `${infer Rest}${Space}`
    ? TrimEnd<Rest>
    : Text;
