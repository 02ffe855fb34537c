// Names and files as an attacker, or bad luck, makes them.
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { fileName, visible } from '../page/view/visible.mjs';
import { writeFile } from './support/files.mjs';
import { objectRow, openPage, upload, uploadRow, world } from './support/world.mjs';

test('characters that cannot be seen, or that turn text around, are written out', () => {
  const cases = {
    'photo\u202egnp.exe': 'photo\\u{202e}gnp.exe',
    'a\u2066b\u2069c': 'a\\u{2066}b\\u{2069}c',
    'x\0\x1b[2Jy': 'x\\u{0}\\u{1b}[2Jy',
    'a\u200fb\u061cc': 'a\\u{200f}b\\u{61c}c',
    'two\nlines\u2028here': 'two\\u{a}lines\\u{2028}here',
    'zero\u200bwidth\ufeff': 'zero\\u{200b}width\\u{feff}',
    'half\ud800': 'half\\u{d800}',
    'tag\u{e0041}': 'tag\\u{e0041}',
    'back\\slash': 'back\\\\slash',
    'soft\u00adhyphen\u3164': 'soft\\u{ad}hyphen\\u{3164}',
    'join\u034fed\u17b4\u{1d173}': 'join\\u{34f}ed\\u{17b4}\\u{1d173}',
    'blank\u2800of\ufe01Braille': 'blank\\u{2800}of\\u{fe01}Braille',
    'heart ❤\ufe0f': 'heart ❤\ufe0f',
    'ünïcode 文件 שלום 👩‍👧 کتاب‌ها.txt': 'ünïcode 文件 שלום 👩‍👧 کتاب‌ها.txt',
  };
  for (const [text, shown] of Object.entries(cases)) assert.equal(visible(text), shown);
  assert.equal(visible(['x']), 'x');
  assert.equal(fileName('../a\u202eb:c\0.txt'), '.._a_b_c_.txt');
  assert.equal(fileName(''), 'file');
  assert.equal(fileName(`${'a'.repeat(199)}😀b`), `${'a'.repeat(199)}😀`);
});

test('a name that turns the text around it is shown as what it is, in the queue, the list, and the dialog', async () => {
  const { folder } = await world();
  const path = await writeFile(join(folder, 'invoice\u202efdp.exe'), 100);
  const shown = 'invoice\\u{202e}fdp.exe';
  const page = await openPage();
  await upload(page, path, { wait: false });
  await page.locator('.upload[data-state="done"]', { hasText: shown }).waitFor();
  const row = objectRow(page, shown);
  await row.waitFor();
  await row.getByRole('button', { name: `Open ${shown}`, exact: true }).click();
  await page.locator('#details-title', { hasText: shown }).waitFor();
  assert.ok(!(await page.locator('body').textContent()).includes('\u202e'));
  await page.keyboard.press('Escape');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    row.getByRole('button', { name: /^Download/ }).click(),
  ]);
  assert.equal(saved.suggestedFilename(), 'invoice_fdp.exe');
  await page.context().close();
});

test('of a folder with something unreadable the rest is taken, and what is not is named', async () => {
  const page = await openPage();
  const found = await page.evaluate(async () => {
    const { filesOfDrop } = await import('/upload/dropped-files.mjs');
    const file = (name, isReadable) => ({
      isFile: true,
      fullPath: `/album/${name}`,
      name,
      file: (resolve, reject) =>
        isReadable
          ? resolve(new File(['x'], name))
          : reject(new DOMException('no', 'NotReadableError')),
    });
    const folder = (name, children) => ({
      isFile: false,
      fullPath: name,
      name,
      createReader() {
        const batches = [children, []];
        return {
          readEntries: (resolve, reject) =>
            children ? resolve(batches.shift()) : reject(new DOMException('no', 'NotFoundError')),
        };
      },
    });
    const entries = [
      folder('/album', [
        file('one', true),
        file('two', false),
        folder('/album/locked'),
        file('three', true),
      ]),
      file('four', true),
    ];
    const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }));
    const taken = [];
    for await (const { path, message, file: one } of filesOfDrop({ items }))
      taken.push([path, one ? 'taken' : message]);
    return taken;
  });
  assert.deepEqual(found, [
    ['album/one', 'taken'],
    ['album/two', 'This file cannot be read. It may have been moved, changed or closed to you.'],
    ['album/three', 'taken'],
    ['album/locked', 'This folder cannot be read.'],
    ['album/four', 'taken'],
  ]);
  await page.context().close();
});

test('a file of a dropped folder that is gone when its turn comes fails by its name, and the others arrive', async () => {
  const { folder } = await world();
  const dropped = join(folder, 'leaky');
  await mkdir(dropped);
  for (const name of ['first.bin', 'gone.bin', 'last.bin'])
    await writeFile(join(dropped, name), 2000);
  const page = await openPage();
  // The files are chosen, and one is removed before the page reads any of them.
  await page.evaluate(() => {
    const input = document.getElementById('folder');
    globalThis.take = input.onchange;
    input.onchange = null;
  });
  await page.locator('#folder').setInputFiles(dropped);
  await rm(join(dropped, 'gone.bin'));
  await page.evaluate(() => globalThis.take({ target: document.getElementById('folder') }));
  for (const name of ['first.bin', 'last.bin'])
    await page.locator('.upload[data-state="done"]', { hasText: name }).waitFor();
  await uploadRow(page, 'gone.bin', 'failed').waitFor();
  assert.match(
    await uploadRow(page, 'gone.bin').locator('.state').textContent(),
    /^This file cannot be read/,
  );
  await page.context().close();
});
