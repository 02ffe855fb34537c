// The page as people meet it: by mouse, keyboard and screen reader, light and dark, on a phone.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile as write } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { hashFile, wav, writeFile } from './support/files.mjs';
import { getDirectly, putDirectly } from './support/store.mjs';
import {
  ARTEFACTS,
  CHANGED,
  objectId,
  objectRow,
  openPage,
  upload,
  uploadRow,
  world,
} from './support/world.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1180, height: 900 } };

const shoot = (page, name) => page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });

/** What axe-core has against the page as it is now. */
async function violations(page) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

let pictures = 0;

/** A picture and a text, on disk. */
async function samples(page) {
  const { folder } = await world();
  // A name of its own: until the list is read again, the newest of a name is one of another test.
  const picture = join(folder, `holiday picture ${++pictures}.png`);
  await write(picture, await page.screenshot());
  const text = join(folder, 'letter.txt');
  await write(text, 'Dear Carol,\nthis is between you and me.\n'.repeat(60));
  return { picture, text };
}

async function openObject(page, path, tab) {
  await objectRow(page, path).getByRole('button', { name: /^Open/ }).click();
  if (tab) await page.getByRole('tab', { name: tab }).click();
}

for (const [name, options] of [
  ['light', { ...DESKTOP, colorScheme: 'light' }],
  ['dark', { ...DESKTOP, colorScheme: 'dark' }],
  ['phone', { ...PHONE, colorScheme: 'light' }],
]) {
  test(`no accessibility violation and no sideways scrolling: ${name}`, async () => {
    const page = await openPage('alice', options);
    const { picture, text } = await samples(page);
    await upload(page, [picture, text]);
    await objectRow(page, picture).waitFor();
    await objectRow(page, text).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, `page-${name}`);
    for (const tab of ['Preview', 'What the cloud sees', 'Key', 'Audit trail']) {
      await (tab === 'Preview'
        ? openObject(page, text)
        : page.getByRole('tab', { name: tab }).click());
      await page.locator('#panel > :not(.note)').first().waitFor();
      assert.deepEqual(await violations(page), [], tab);
      await shoot(page, `${tab.toLowerCase().replaceAll(' ', '-')}-${name}`);
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wider, false);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('the dialog to sign in, and the one to unlock the inbox, have no accessibility violation', async () => {
  const page = await openPage('carol', DESKTOP);
  await page.getByRole('button', { name: 'Unlock the inbox' }).click();
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('#sign-in[open] button').first().waitFor();
  assert.deepEqual(await violations(page), []);
  await shoot(page, 'sign-in');
  await page.context().close();
});

test('a folder that is dropped comes with all its files and their paths', async () => {
  const { folder } = await world();
  const dropped = join(folder, 'album');
  await mkdir(join(dropped, 'inner'), { recursive: true });
  await writeFile(join(dropped, 'one.bin'), 1000);
  await writeFile(join(dropped, 'inner', 'two.bin'), 2000);
  const page = await openPage();
  const box = await page.locator('#drop').boundingBox();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [dropped], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', { type, x: box.x + 50, y: box.y + 20, data });
  }
  for (const path of ['album/one.bin', 'album/inner/two.bin']) {
    await page.locator('.upload[data-state="done"]', { hasText: path }).waitFor();
  }
  await objectRow(page, 'two.bin').waitFor();
  await page.context().close();
});

test('the whole way works by keyboard alone', async () => {
  const { folder } = await world();
  const path = await writeFile(join(folder, 'keyboard.txt'), 1000);
  const page = await openPage();
  const reach = async (locator) => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`the Tab key never reaches ${locator}`);
  };
  const opened = page.waitForEvent('filechooser');
  await reach(page.getByRole('button', { name: 'Choose files' }));
  await page.keyboard.press('Enter');
  await (await opened).setFiles(path);
  await uploadRow(page, path, 'done').waitFor();
  await objectRow(page, path).waitFor();
  await reach(page.getByRole('button', { name: 'Open keyboard.txt' }));
  await page.keyboard.press('Enter');
  await page.locator('#panel pre').waitFor();
  await reach(page.getByRole('tab', { name: 'Preview' }));
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tab', { name: 'What the cloud sees', selected: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#details').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('a picture is shown, and a text that holds markup stays a text', async () => {
  const { folder } = await world();
  const page = await openPage();
  const { picture } = await samples(page);
  const markup = join(folder, 'markup.html');
  await write(markup, '<script>document.title = "run"</script><h1>Hello</h1>');
  await upload(page, [picture, markup]);
  await objectRow(page, markup).waitFor();
  await openObject(page, picture);
  const width = await page
    .locator('#panel img')
    .evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.equal(width, 1280);
  await page.keyboard.press('Escape');
  await openObject(page, markup);
  assert.match(await page.locator('#panel pre').innerText(), /<h1>Hello<\/h1>/);
  assert.notEqual(await page.title(), 'run');
  await page.context().close();
});

test('sound seeks by ranges: the end plays without the middle being fetched', async () => {
  const { demo, folder } = await world();
  const path = join(folder, 'rising.wav');
  const seconds = 900; // About 38 MiB.
  await write(path, wav(seconds));
  const page = await openPage();
  await upload(page, path);
  const before = demo.fronts.store.passed.down;
  await openObject(page, path);
  const player = page.locator('#panel audio');
  await player.waitFor();
  const result = await player.evaluate(async (audio) => {
    const once = (name) =>
      new Promise((resolve) => audio.addEventListener(name, resolve, { once: true }));
    if (audio.readyState < 1) await once('loadedmetadata');
    audio.currentTime = audio.duration - 30;
    await once('seeked');
    if (audio.readyState < 2) await once('canplay');
    return { duration: audio.duration, at: audio.currentTime, error: audio.error };
  });
  assert.deepEqual(result, { duration: seconds, at: seconds - 30, error: null });
  const fetched = demo.fronts.store.passed.down - before;
  assert.ok(fetched < 12 * 1024 * 1024, `${fetched} bytes were fetched`);
  await page.context().close();
});

test('with a picked file, the content is written to it, and nothing if it does not verify', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'picked.bin'), 3_000_000);
  const page = await openPage();
  await upload(page, path);
  await objectRow(page, path).waitFor();
  // The chooser needs a person; a file of the origin's private file system has the same interface.
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    globalThis.picked = await root.getFileHandle('picked.bin', { create: true });
    globalThis.showSaveFilePicker = async () => globalThis.picked;
  });
  const saved = () =>
    page.evaluate(async () => {
      const bytes = await (await globalThis.picked.getFile()).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return {
        size: bytes.byteLength,
        hash: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      };
    });
  await objectRow(page, path)
    .getByRole('button', { name: /^Download/ })
    .click();
  await page.locator('#announcer', { hasText: 'saved' }).waitFor();
  const whole = { size: 3_000_000, hash: await hashFile(path) };
  assert.deepEqual(await saved(), whole);
  const id = await objectId(page, path);
  const body = await getDirectly(demo, `${id}/body`);
  body[2_900_000] ^= 1; // Near the end: much of it verifies before.
  await putDirectly(demo, `${id}/body`, body);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.waitForTimeout(500);
  await objectRow(page, path)
    .getByRole('button', { name: /^Download/ })
    .click();
  await objectRow(page, path).getByText(CHANGED).waitFor();
  assert.deepEqual(await saved(), whole, 'the file on disk must stay as it was');
  await page.context().close();
});

test('rotating the key writes the header alone', async () => {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, 'rotated.txt'), 300_000);
  const page = await openPage();
  await upload(page, path);
  await objectRow(page, path).waitFor();
  const id = await objectId(page, path);
  const read = () =>
    Promise.all(['header', 'body'].map((part) => getDirectly(demo, `${id}/${part}`)));
  const [header, body] = await read();
  await openObject(page, path, 'Key');
  await page.getByRole('button', { name: 'Rotate the key' }).click();
  await page.locator('#panel .same').first().waitFor();
  assert.deepEqual(await page.locator('#panel .same').allInnerTexts(), ['unchanged', 'unchanged']);
  await shoot(page, 'rotation');
  const [headerNow, bodyNow] = await read();
  assert.ok(!headerNow.equals(header));
  assert.ok(bodyNow.equals(body));
  await page.getByRole('tab', { name: 'Preview' }).click();
  await page.locator('#panel pre').waitFor();
  await page.context().close();
});

/** What is stored there. Its uploader cannot tell the objects apart by name. */
function idsInInbox(page) {
  return page.evaluate(async () => {
    const { Backend } = await import('/lib/backend.mjs');
    const { listObjects } = await import('/lib/objects.mjs');
    const backend = new Backend(document.documentElement.dataset.ready);
    return (await listObjects(backend, 'inbox')).objects.map(({ id }) => id);
  });
}

test('the inbox: its uploader cannot read back, the backend cannot, Carol can', async () => {
  const { demo } = await world();
  const alice = await openPage();
  const { text } = await samples(alice);
  const before = await idsInInbox(alice);
  await upload(alice, text, { space: 'inbox' });
  const [id] = (await idsInInbox(alice)).filter((known) => !before.includes(known));
  await alice.locator(`.object[data-id="${id}"]`).getByRole('button', { name: /^Open/ }).click();
  await alice.getByText('You have no key for this object.').waitFor();
  await alice.context().close();

  const carol = await openPage('carol');
  await carol.getByRole('button', { name: 'Unlock the inbox' }).click();
  await carol.getByLabel('Carol’s password').fill('wrong');
  await carol.getByRole('button', { name: 'Unlock', exact: true }).click();
  await carol.getByText('The key service does not accept the password.').waitFor();
  await carol.getByLabel('Carol’s password').fill(demo.bao.password);
  await carol.getByRole('button', { name: 'Unlock', exact: true }).click();
  const letter = carol.locator(`.object[data-id="${id}"]`);
  await letter.getByText('letter.txt').waitFor();
  await letter.getByRole('button', { name: /^Open/ }).click();
  await carol.getByText('this is between you and me').waitFor();
  await carol.getByRole('tab', { name: 'Key' }).click();
  await carol.getByRole('button', { name: 'Rotate the key' }).click();
  await carol.locator('#panel .same').first().waitFor();
  await carol.getByRole('tab', { name: 'Preview' }).click();
  await carol.getByText('this is between you and me').waitFor();
  assert.deepEqual(carol.problems, []);
  await carol.context().close();
});
