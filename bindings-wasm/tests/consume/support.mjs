// The package as npm packs it, installed into fresh projects.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The folder of the package. */
export const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const PROGRAMS = ['../../node_modules/.bin/', 'node_modules/.bin/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/** Runs a program; its whole output is the error where it fails. */
export async function run(program, programArguments, options = {}) {
  try {
    const { stdout } = await execute(program, programArguments, {
      timeout: 120_000,
      maxBuffer: 1 << 26,
      ...options,
    });
    return stdout;
  } catch (error) {
    throw new Error(
      `${program} ${programArguments.join(' ')}: ${error.stdout}${error.stderr}${error.message}`,
      { cause: error },
    );
  }
}

/** A program of the packages that the package's build or its tests install. */
export const program = (name) => PROGRAMS.map((folder) => join(folder, name)).find(existsSync);

/** Packs the package into a folder; npm's own account of it. */
export async function pack(folder) {
  const json = JSON.parse(
    await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: PACKAGE }),
  );
  const [packed] = Array.isArray(json) ? json : Object.values(json);
  return { ...packed, path: join(folder, packed.filename) };
}

/** A project that has installed the package and nothing else. */
export async function project(context) {
  const folder = await mkdtemp(join(tmpdir(), 'sealwax-consume-'));
  const clean = () => rm(folder, { recursive: true, force: true });
  if (context) context.after(clean);
  const { path } = await pack(folder);
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "consumer", "private": true, "type": "module" }\n',
  );
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', path], { cwd: folder });
  return { folder, clean, use: (name, to = name) => copy(name, join(folder, to)) };
}

/** Copies a fixture and says where it is. */
async function copy(name, to) {
  await mkdir(dirname(to), { recursive: true });
  await cp(join(FIXTURES, name), to, { recursive: true });
  return to;
}
