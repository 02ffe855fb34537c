// Events of key use, and what providers learn about the calls that they serve.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decrypt, encrypt } from 'sealwax';
import { provider } from '../support/providers.mjs';
import { key, plaintextOf } from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();

test('what a provider learns, and what the event says', async () => {
  let seen;
  const inner = key();
  const curious = provider({
    wrap: (dek, context, call) => {
      seen = { context: { ...context }, ...call };
      call.report({ requestId: 'r-7' });
      return inner.wrap(dek, context, call);
    },
  });
  const events = [];
  await sealWith(curious, {
    context: { tenant: 'blue' },
    objectName: 'a.txt',
    onKeyEvent: (event) => events.push(event),
  });
  assert.deepEqual(
    [seen.context, seen.objectName, seen.plaintextSize],
    [{ tenant: 'blue' }, 'a.txt', PLAINTEXT.length],
  );
  const [{ time, durationMs, context, ...event }] = events;
  assert.ok(time instanceof Date && durationMs >= 0 && context.tenant === 'blue');
  assert.deepEqual(event, {
    operation: 'wrap',
    outcome: 'ok',
    providerId: 'local',
    keyId: 'k',
    objectName: 'a.txt',
    requestId: 'r-7',
  });
});

test('a listener that throws is reported and changes nothing', async () => {
  const fault = new Error('the log is full');
  const options = {
    onKeyEvent: () => {
      throw fault;
    },
  };
  const { reportError } = globalThis;
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  try {
    const sealed = await sealWith(provider(), options);
    assert.deepEqual(await openWith(sealed, provider(), options), PLAINTEXT);
    assert.deepEqual(reported, [fault, fault]);
  } finally {
    globalThis.reportError = reportError;
  }
});
