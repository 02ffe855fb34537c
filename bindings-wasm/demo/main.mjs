// `node main.mjs [--port N] [--host NAME --tls-key FILE --tls-cert FILE]`: runs the demo until
// Ctrl-C.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { startDemo } from './demo.mjs';

const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    'tls-key': { type: 'string' },
    'tls-cert': { type: 'string' },
  },
});

const demo = await startDemo({
  host: values.host,
  port: values.port && Number(values.port),
  tls: values['tls-key'] && {
    key: await readFile(values['tls-key'], 'utf8'),
    cert: await readFile(values['tls-cert'], 'utf8'),
  },
});

console.log(`
  The upload page:   ${demo.url}

  Alice and Bob upload. Carol reads what they leave in the inbox; she unlocks it with the
  key service's password, which the backend does not know:

  Carol's password:  ${demo.bao.password}

  Ctrl-C ends the page, the store and the key service, and removes all objects.
`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await demo.stop();
    process.exit(0);
  });
}
