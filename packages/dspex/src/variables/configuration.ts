/** A configuration: one point of a space, as plain JSON, and its type as a list of variables implies it. */
import type { Json } from "@mabeam/foundation";
import type { Variable } from "./variable.ts";

/** Values by variable name; only variables that exist in this configuration have one. */
export type Configuration = { readonly [name: string]: Json | undefined };

/** `value` as nobody can change it, lists and records in it too. What the caller holds is copied, not frozen. */
export function frozen<Value extends Json>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as unknown as Value;
  const members = Object.entries(value as { [name: string]: Json }).map(
    ([name, each]) => [name, frozen(each)] as const,
  );
  return Object.freeze(Object.fromEntries(members)) as unknown as Value;
}

/** One flat object type, as editors should show it. */
export type Flatten<Type> = { [Key in keyof Type]: Type[Key] };

/** The values that a variable takes. */
export type ValueOf<Tuned extends Variable> = Tuned["default"];

type Certain<Tuned extends Variable> = Tuned extends { conditional: false } ? Tuned : never;
type Uncertain<Tuned extends Variable> = Tuned extends { conditional: false } ? never : Tuned;

/** The configuration type of a list of variables: conditional ones are optional; unknown names give the wide type. */
export type ConfigurationOf<Variables extends readonly Variable[]> = string extends Variables[number]["name"]
  ? Configuration
  : Flatten<
      { [Tuned in Certain<Variables[number]> as Tuned["name"]]: ValueOf<Tuned> } & {
        [Tuned in Uncertain<Variables[number]> as Tuned["name"]]?: ValueOf<Tuned>;
      }
    >;

/** Some values of a configuration; `undefined` changes nothing. */
export type ConfigurationChanges<Config extends object> = {
  readonly [Name in keyof Config]?: Config[Name] | undefined;
};

/** `config` under prefixed names: how a part appears in the configuration of a whole. */
export function prefixed(config: Configuration, prefix: string): Configuration {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [prefix + name, value]));
}

/** The part of `config` whose names begin with `prefix`, under their own names: undoes {@link prefixed}. */
export function unprefixed(config: Configuration, prefix: string): Configuration {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** The part of `config` that `names` name. */
export function restricted(config: Configuration, names: ReadonlySet<string>): Configuration {
  return Object.fromEntries(Object.entries(config).filter(([name]) => names.has(name)));
}
