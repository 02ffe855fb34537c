// Each entry point exports exactly what its types declare.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const { name, exports } = JSON.parse(
  await readFile(new URL('../package.json', import.meta.url), 'utf8'),
);

/** Names of values that a declaration file exports. */
async function declared(path) {
  const text = await readFile(new URL(`../${path}`, import.meta.url), 'utf8');
  const found = [...text.matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(
    ([, it]) => it,
  );
  const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
  const others = [...text.matchAll(/^export \* from '\.\/(\w+)\.js'/gm)].map(
    ([, name]) => `types/${name}.d.ts`,
  );
  const inherited = (await Promise.all(others.map(declared))).flat();
  return [
    ...new Set([...found, ...lists.map((it) => it.trim()).filter(Boolean), ...inherited]),
  ].sort();
}

for (const [path, target] of Object.entries(exports).filter(([, target]) => target.types)) {
  test(`${name}${path.slice(1)} exports what ${target.types.default} declares`, async () => {
    const module = await import(name + path.slice(1));
    assert.deepEqual(Object.keys(module).sort(), await declared(target.types.default));
  });
}

test('importing anything loads nothing yet', async () => {
  const { LocalKey, encrypt, init } = await import(name);
  assert.ok(
    (await encrypt(new Uint8Array(1), new LocalKey(new Uint8Array(32), 'k')).bytes()).length > 0,
    'use loads by itself',
  );
  await Promise.all([init(), init()]);
});
