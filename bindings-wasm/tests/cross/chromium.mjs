// Opens in Chromium, through OpenBao, what the test says on standard input; prints the plaintext.
import { launch, runPage, serve } from '../support/browser.mjs';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { sealed, context, transit } = JSON.parse(Buffer.concat(chunks).toString());

const PAGE = `<!doctype html><title>cross</title><script type="module">
  import { decrypt } from '/dist/index.js';
  import { VaultTransit } from '/dist/kms.js';
  const { sealed, context, transit } = ${JSON.stringify({ sealed, context, transit })};
  const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
  try {
    const key = new VaultTransit(transit.name, { url: transit.url, token: transit.token });
    const opened = await decrypt(bytes, key, { context }).bytes();
    globalThis.result = { text: new TextDecoder().decode(opened) };
  } catch (error) {
    globalThis.result = { error: String(error) + ' ' + String(error.cause) };
  }
</script>`;

const folders = { '/dist/': new URL('../../dist/', import.meta.url) };
const server = await serve({ folders, pages: { '/': PAGE } });
// OpenBao answers to pages of this origin alone.
const cors = await fetch(`${transit.url}/v1/sys/config/cors`, {
  method: 'POST',
  headers: { 'X-Vault-Token': transit.token },
  body: JSON.stringify({ allowed_origins: [server.origin] }),
});
if (!cors.ok) throw new Error(`cors: ${cors.status}`);
const browser = await launch();
try {
  const { result, problems } = await runPage(browser, `${server.origin}/`);
  console.log(JSON.stringify({ ...result, problems }));
} finally {
  await browser.close();
  await server.close();
}
