/** Type-checks programs that are in no file, as strictly as the repository itself. */
import { resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "..");

/** The compiler options of the repository. */
export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(resolve(root, "tsconfig.base.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  return { ...options, noEmit: true, moduleDetection: ts.ModuleDetectionKind.Force };
}

/**
 * What the compiler has to say about each of `files`, by absolute path.
 * @param files texts by absolute path; they may shadow files that exist, and import each other and files that exist
 */
export function problemsOf(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.readFile = (path) => files.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return new Map(
    [...files.keys()].map((path) => {
      const source = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [path, found.map(shown)];
    }),
  );
}

function shown({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
  return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
}
