// The packed package in frameworks and bundlers as they are set up without configuration; what they
// made, in Chromium.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, runPage, serve } from '../support/browser.mjs';
import { run } from '../consume/support.mjs';
import { WORKS, project, start } from './support.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** A test with a project of its own. */
const projectTest = (name, fixture, common, body) =>
  test(name, async (context) => {
    const made = await project(fixture, common);
    const servers = [];
    // One hook: hooks run in the order in which they were added, and a server writes to the folder.
    context.after(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await made.clean();
    });
    await body(made, (server) => (servers.push(server), server));
  });

async function works(url) {
  const { result, problems } = await runPage(browser, url, { timeout: 120_000 });
  assert.deepEqual(result, WORKS, problems.join('\n'));
}

/** What the server rendered. */
async function served(url) {
  const text = await (await fetch(url)).text();
  assert.match(text, /tide table/);
}

const runIn = ({ folder, bin }, program, ...programArguments) =>
  run(bin(program), programArguments, {
    cwd: folder,
    timeout: 600_000,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });

projectTest(
  'Vite 7, its server for development',
  'vite',
  'report.mjs',
  async ({ folder, bin }, keep) => {
    const { url } = keep(
      await start(folder, bin('vite'), (port) => ['--port', port, '--strictPort']),
    );
    await works(url);
  },
);

projectTest('Vite 7, built', 'vite', 'report.mjs', async (made, keep) => {
  await runIn(made, 'vite', 'build');
  const { url } = keep(
    await start(made.folder, made.bin('vite'), (port) => [
      'preview',
      '--port',
      port,
      '--strictPort',
    ]),
  );
  await works(url);
});

projectTest(
  'SvelteKit, its server for development',
  'kit',
  'src/routes/report.mjs',
  async ({ folder, bin }, keep) => {
    const { url } = keep(
      await start(folder, bin('vite'), (port) => ['--port', port, '--strictPort']),
    );
    await served(url);
    await works(url);
  },
);

projectTest('SvelteKit, built', 'kit', 'src/routes/report.mjs', async (made, keep) => {
  await runIn(made, 'vite', 'build');
  const { url } = keep(
    await start(made.folder, made.bin('vite'), (port) => [
      'preview',
      '--port',
      port,
      '--strictPort',
    ]),
  );
  await served(url);
  await works(url);
});

for (const [kind, ...switches] of [['webpack'], ['Turbopack', '--turbopack']]) {
  projectTest(
    `Next 15 by ${kind}, its server for development`,
    'next',
    'app/report.mjs',
    async ({ folder, bin }, keep) => {
      const { url } = keep(
        await start(folder, bin('next'), (port) => ['dev', ...switches, '--port', port]),
      );
      await served(`${url}server`);
      await served(`${url}edge`);
      await works(`${url}client`);
    },
  );

  projectTest(`Next 15 by ${kind}, built`, 'next', 'app/report.mjs', async (made, keep) => {
    await runIn(made, 'next', 'build', ...switches);
    const { url } = keep(
      await start(made.folder, made.bin('next'), (port) => ['start', '--port', port]),
    );
    await served(`${url}server`);
    await served(`${url}edge`);
    await works(`${url}client`);
  });
}

projectTest(
  'Parcel, its server for development',
  'parcel',
  'report.mjs',
  async ({ folder, bin }, keep) => {
    const { url } = keep(
      await start(folder, bin('parcel'), (port) => [
        'serve',
        'index.html',
        '--port',
        port,
        '--no-autoinstall',
        '--no-cache',
      ]),
    );
    await works(url);
  },
);

projectTest('Parcel, built', 'parcel', 'report.mjs', async (made) => {
  await runIn(made, 'parcel', 'build', 'index.html', '--no-autoinstall', '--no-cache');
  const server = await serve({ folders: { '/': join(made.folder, 'dist') }, pages: {} });
  try {
    await works(`${server.origin}/index.html`);
  } finally {
    await server.close();
  }
});
