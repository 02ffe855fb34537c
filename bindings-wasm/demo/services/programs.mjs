// Finds the programs that the demo starts: in the project's virtual environment, which `cargo xtask
// setup` fills, or on the search path.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The path of `name`, or an error that says how to get it. */
export function program(name) {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
  const folders = [join(target, 'tools/venv/bin'), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find(isProgram);
  if (!found) throw new Error(`${name} is missing: run \`cargo xtask setup --only python\``);
  return found;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
