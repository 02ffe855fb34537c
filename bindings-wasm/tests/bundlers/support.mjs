// Projects as somebody new makes them: these packages, the packed one, and no configuration.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../demo/services/ports.mjs';
import { pack, run } from '../consume/support.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FIXTURES = here('fixtures');
const COMMON = here('../consume/fixtures/report.mjs');

/** What `report.mjs` finds where all is well. */
export const WORKS = {
  page: 'tide table, 100011 of 100011',
  worker: 'tide table, 100011 of 100011',
};

/** A project with the files of a fixture; `common` says where in it `report.mjs` belongs. */
export async function project(name, common) {
  const folder = await mkdtemp(here(`project-${name}-`)); // on this file system: packages are linked, not copied
  const clean = () => rm(folder, { recursive: true, force: true });
  await run('cp', ['-al', here('node_modules'), join(folder, 'node_modules')]);
  await cp(join(FIXTURES, name), folder, { recursive: true });
  await cp(COMMON, join(folder, common));
  const { path } = await pack(folder);
  await mkdir(join(folder, 'node_modules/sealwax'));
  await run('tar', [
    '-xzf',
    path,
    '-C',
    join(folder, 'node_modules/sealwax'),
    '--strip-components=1',
  ]);
  // Frameworks look for it to find where the project begins.
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, private: true, type: 'module', dependencies: { sealwax: '*' } }),
  );
  await writeFile(join(folder, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }');
  return { folder, clean, bin: (program) => join(folder, 'node_modules/.bin', program) };
}

/** Starts a server of a project; resolves once it answers. */
export async function start(folder, program, argumentsOf, environment = {}) {
  const [port] = await freePorts(1);
  // A group of its own: these programs have children.
  const server = spawn(program, argumentsOf(port), {
    cwd: folder,
    detached: true,
    env: { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1', ...environment },
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (text) => (output += text));
  const url = `http://localhost:${port}/`;
  // Its output is closed only when its children have ended, too.
  const closed = once(server, 'close');
  const stop = async () => {
    killGroup(server.pid);
    await closed;
  };
  for (let tries = 0; tries < 1200 && server.exitCode === null; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return { url, stop, output: () => output };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${program} does not answer: ${output}`);
}

/** Ends a program and its children; the children may outlive it. */
function killGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
