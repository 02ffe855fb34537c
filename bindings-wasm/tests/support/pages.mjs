// The pages that run the suite's files in a browser, and the server behind them.
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { serve } from './browser.mjs';
import { routes } from './backend.mjs';

const at = (path) => new URL(path, import.meta.url);

/** What the suite imports, as a browser finds it. */
const IMPORTS = {
  'node:test': '/tests/support/browser/test.mjs',
  'node:assert/strict': '/tests/support/browser/assert.mjs',
  'fast-check': '/fast-check.js',
};

/** The package's own entry points, from its exports map. */
async function packageImports() {
  const { name, exports } = JSON.parse(await readFile(at('../../package.json'), 'utf8'));
  const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  return Object.fromEntries(
    entries.map(([path, { default: file }]) => [name + path.slice(1), file.slice(1)]),
  );
}

const page = (file, imports) => `<!doctype html>
<meta charset="utf-8">
<title>${file}</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  try {
    await import('/tests/suite/${file}');
    const { run } = await import('node:test');
    globalThis.result = await run();
  } catch (error) {
    globalThis.result = [{ name: '${file} loads', error: String(error?.stack ?? error) }];
  }
</script>`;

export const suiteFiles = async () =>
  (await readdir(at('../suite/'))).filter((name) => name.endsWith('.test.mjs')).sort();

/** The package fast-check in one file. */
async function fastCheck() {
  const entry = {
    contents: "export { default } from 'fast-check'",
    resolveDir: fileURLToPath(at('./')),
  };
  const { outputFiles } = await build({ stdin: entry, bundle: true, format: 'esm', write: false });
  return (_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(outputFiles[0].text);
}

/** Serves the package, the suite with its vectors, and the backends of its tests. */
export async function serveSuite() {
  const imports = { ...(await packageImports()), ...IMPORTS };
  const files = await suiteFiles();
  return serve({
    folders: {
      '/dist/': at('../../dist/'),
      '/build/': at('../../build/'),
      '/tests/': at('../'),
      '/vectors/': at('../../../core/vectors/'),
    },
    pages: Object.fromEntries(files.map((file) => [`/${file}`, page(file, imports)])),
    routes: { ...routes, '/fast-check.js': await fastCheck() },
    // Isolated, so that pages have SharedArrayBuffer to be refused.
    headers: {
      'Cache-Control': 'no-store',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  });
}
