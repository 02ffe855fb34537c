// The backend over TLS: versions, the cookie's prefix, and no plain http beyond loopback.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';

import { AuditTrail } from '../server/audit.mjs';
import { KeyService } from '../server/kms.mjs';
import { startServer, TIMES } from '../server/server.mjs';
import { freePorts } from '../services/ports.mjs';
import { world } from './support/world.mjs';

/** A server with a certificate of its own, beside the shared one. */
async function secureServer(options = {}) {
  const { demo, folder } = await world();
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  const [port] = await freePorts(1);
  const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  const services = {
    store: demo.store,
    kms: new KeyService(demo.bao),
    audit: new AuditTrail(),
    mounts: {},
    inspect: () => {},
    ...options,
  };
  const server = await startServer({ listen: { host: '127.0.0.1', port, tls }, ...services });
  return { server, port, ca: tls.cert, services };
}

/** The protocol that a client with these bounds gets, or the error's code. */
function handshake({ port, ca }, minVersion, maxVersion) {
  return new Promise((resolve) => {
    // The lowest security level, so that it is the server that refuses old versions.
    const socket = connect(
      { host: '127.0.0.1', port, ca, minVersion, maxVersion, ciphers: 'DEFAULT:@SECLEVEL=0' },
      () => {
        resolve(socket.getProtocol());
        socket.destroy();
      },
    );
    socket.on('error', ({ code }) => resolve(code));
  });
}

test('TLS 1.3 and 1.2, nothing older', async () => {
  const secure = await secureServer();
  assert.equal(await handshake(secure, 'TLSv1.2', 'TLSv1.3'), 'TLSv1.3');
  assert.equal(await handshake(secure, 'TLSv1.2', 'TLSv1.2'), 'TLSv1.2');
  assert.equal(await handshake(secure, 'TLSv1', 'TLSv1.1'), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  await secure.server.close();
});

test('over TLS the cookie is bound to the host, and browsers are told to stay with TLS', async () => {
  const { server, port, ca } = await secureServer();
  const headers = await new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        ca,
        path: '/api/session',
        method: 'POST',
        headers: { Origin: server.origin, 'Content-Type': 'application/json' },
      },
      (response) => {
        response.resume();
        resolve(response.headers);
      },
    );
    call.on('error', reject);
    call.end('{"user":"alice"}');
  });
  assert.match(headers['set-cookie'][0], /^__Host-session=[\w-]{43}; .*; Secure$/);
  assert.match(headers['strict-transport-security'], /^max-age=31536000/);
  await server.close();
});

test('plain http is refused on anything but loopback', async () => {
  const { server, services } = await secureServer();
  await server.close();
  await assert.rejects(
    startServer({ listen: { host: '0.0.0.0', port: 0 }, ...services }),
    /loopback only/,
  );
});

test('who connects and begins no handshake is not waited for', async () => {
  const times = Object.fromEntries(Object.entries(TIMES).map(([name, time]) => [name, time / 50]));
  const { server, port } = await secureServer({ times });
  try {
    const socket = connectPlainly(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'close', { signal: AbortSignal.timeout(5_000) });
  } finally {
    await server.close();
  }
});
