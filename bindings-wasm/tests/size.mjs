// The size of the package, against fixed limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modulesAndGlue, sealwaxPage } from '../bench/shipped.mjs';

const kilobytes = ({ raw, gzip }) =>
  `${(raw / 1000).toFixed(1)} kB, gzipped ${(gzip / 1000).toFixed(1)} kB`;

test('both modules and their glue: 120 kB, gzipped 50 kB', async (context) => {
  const size = await modulesAndGlue();
  context.diagnostic(`modules and glue: ${kilobytes(size)}`);
  assert.ok(size.raw <= 120_000 && size.gzip <= 50_000, kilobytes(size));
});

test('a page that encrypts a file with one provider: 45 kB, less than any peer in BENCH.md', async (context) => {
  const size = await sealwaxPage();
  context.diagnostic(`page: ${kilobytes(size)}`);
  assert.ok(size.gzip <= 45_000, kilobytes(size));
});
