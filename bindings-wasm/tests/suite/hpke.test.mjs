// HpkeRecipient and HpkeIdentity: public keys, and the secret keys of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HpkeIdentity, HpkeRecipient, decrypt, encrypt, inspect, rewrap } from 'sealwax';
import { both, key, plaintextOf, rejectsWith, throwsWith, utf8 } from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(1000);
const sealWith = (keys, options) => encrypt(PLAINTEXT, keys, options).bytes();
const openWith = (bytes, keys, options) => decrypt(bytes, keys, options).bytes();
const OTHER_KEY =
  /the key of this id has other key material \(or the wrapped key or its context was modified\)$/;

for (const kem of ['x25519', 'x-wing']) {
  both(`${kem}: the secret half reads what the public half wrote`, async (engine) => {
    const identity = await HpkeIdentity.generate(kem);
    const recipient = new HpkeRecipient(await identity.recipient());
    const context = { tenant: 'blue' };
    const sealed = await sealWith(recipient, { engine, context });
    assert.deepEqual(await openWith(sealed, identity, { engine, context }), PLAINTEXT);
    const [wrapped] = (await inspect(sealed)).wrappedKeys;
    assert.equal(wrapped.providerId, 'hpke');
    assert.equal(wrapped.keyId, await recipient.keyId());
    assert.match(wrapped.keyId, new RegExp(`^${kem}:[0-9a-f]{32}$`));
    await rejectsWith(openWith(sealed, recipient, { engine }), 'no_matching_key');
    await rejectsWith(openWith(sealed, await HpkeIdentity.generate(kem)), 'no_matching_key');
    assert.deepEqual(await openWith(await sealWith(identity), identity), PLAINTEXT);
  });

  test(`${kem}: a key under the name of another`, async () => {
    const [mine, theirs] = await Promise.all([
      HpkeIdentity.generate(kem, { keyId: 'inbox' }),
      HpkeIdentity.generate(kem, { keyId: 'inbox' }),
    ]);
    const sealed = await sealWith(theirs);
    const error = await rejectsWith(openWith(sealed, mine), 'key_unwrap');
    assert.match(error.attempts[0].error.message, OTHER_KEY);
    const text = await theirs.toText();
    assert.deepEqual(await openWith(sealed, new HpkeIdentity(text, { keyId: 'inbox' })), PLAINTEXT);
    const file = utf8(`# inbox\n${text}\n`);
    assert.deepEqual(await openWith(sealed, new HpkeIdentity(file, { keyId: 'inbox' })), PLAINTEXT);
  });
}

test('several recipients and a key of the page in one object', async () => {
  const keys = await Promise.all(['x25519', 'x-wing'].map((kem) => HpkeIdentity.generate(kem)));
  const recipients = await Promise.all(
    keys.map(async (identity) => new HpkeRecipient(await identity.recipient())),
  );
  const sealed = await sealWith([...recipients, key()]);
  for (const one of [...keys, key()]) assert.deepEqual(await openWith(sealed, one), PLAINTEXT);
  const later = await HpkeIdentity.generate('x25519');
  const to = new HpkeRecipient(await later.recipient());
  const added = await rewrap(sealed, key(), to, { mode: 'add' });
  assert.deepEqual(await openWith(added, later), PLAINTEXT);
});

test('mistakes are told, and no secret is', async () => {
  const identity = await HpkeIdentity.generate('x25519');
  const [secret, text] = [await identity.toText(), await identity.recipient()];
  const asPublic = new HpkeRecipient(secret);
  const told = /this is a secret key: keep it, and give the public one/;
  const error = await rejectsWith(sealWith(asPublic), 'provider_failed');
  assert.ok(!JSON.stringify([error.message, error.stack]).includes(secret.slice(20)));
  await rejectsWith(asPublic.keyId(), 'invalid_argument', told);
  await rejectsWith(
    new HpkeIdentity(text).keyId(),
    'invalid_argument',
    /this is a public key, which only encrypts/,
  );
  const changed = `${text.slice(0, 30)}${text[30] === 'A' ? 'B' : 'A'}${text.slice(31)}`;
  await rejectsWith(new HpkeRecipient(changed).keyId(), 'invalid_argument', /the checksum/);
  await rejectsWith(HpkeIdentity.generate('rsa'), 'invalid_argument', /kem is "x25519"/);
  throwsWith(() => new HpkeRecipient(7), 'invalid_argument', /the text of a public key/);
  throwsWith(() => new HpkeRecipient(text, { keyId: '' }), 'invalid_argument', /keyId/);
  throwsWith(() => new HpkeRecipient(text, { id: 'x' }), 'invalid_argument', /id/);
});

test('a closed key is gone', async () => {
  const identity = await HpkeIdentity.generate('x-wing');
  const sealed = await sealWith(identity);
  const again = new HpkeIdentity(await identity.toText());
  identity.close();
  await rejectsWith(identity.toText(), 'invalid_state', /closed/);
  assert.deepEqual(await openWith(sealed, again), PLAINTEXT);
});
