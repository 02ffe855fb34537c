// The suite in Chromium: every file in a page of its own, its tests reported as Node's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, runPage } from './support/browser.mjs';
import { serveSuite, suiteFiles } from './support/pages.mjs';

const chosen = process.env.SEALWAX_SUITE?.split(',');
const files = (await suiteFiles()).filter((file) => !chosen || chosen.some((name) => file.startsWith(name)));
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([serveSuite(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

for (const file of files) {
  test(file, async (context) => {
    const { result } = await runPage(browser, `${server.origin}/${file}`, { timeout: 300_000 });
    assert.ok(result.length > 0, 'the file has no tests');
    for (const { name, error, skip } of result) {
      await context.test(name, { skip }, () => {
        if (error) throw new Error(error);
      });
    }
  });
}
