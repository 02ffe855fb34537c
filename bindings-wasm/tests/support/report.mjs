// The suite's files in a browser; each page's results are reported as tests of Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suiteFiles } from './pages.mjs';

/**
 * Runs every file, or those that SEALWAX_SUITE names, by `run(file, context)`, which gives a page's
 * result.
 */
export async function reportSuite(run) {
  const chosen = process.env.SEALWAX_SUITE?.split(',');
  const files = (await suiteFiles()).filter(
    (file) => !chosen || chosen.some((name) => file.startsWith(name)),
  );
  for (const file of files) {
    test(file, async (context) => {
      const result = await run(file, context);
      assert.ok(result.length > 0, 'the file has no tests');
      for (const { name, error, skip } of result) {
        await context.test(name, { skip }, () => {
          if (error) throw new Error(error);
        });
      }
    });
  }
}
