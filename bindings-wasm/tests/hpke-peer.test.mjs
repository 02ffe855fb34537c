// Another implementation of HPKE, both ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { HpkeIdentity, HpkeRecipient } from 'sealwax';

const DEK = Uint8Array.from({ length: 32 }, (_, index) => index);
/** [K-13]: label, key id `inbox`, no context. */
const INFO = new TextEncoder().encode('sealwax/v1 hpke\0\0\x05inbox\0\0');
const CALL = { canonicalContext: new Uint8Array(2) };

/** The key in a text form, without its checksum. */
const keyOf = (text) =>
  new Uint8Array(Buffer.from(text.split('.')[2], 'base64url').subarray(0, -4));

for (const { kem, number, peer, encLength } of [
  { kem: 'x25519', number: [0x00, 0x20], peer: new DhkemX25519HkdfSha256(), encLength: 32 },
  { kem: 'x-wing', number: [0x64, 0x7a], peer: new XWing(), encLength: 1120 },
]) {
  test(`${kem}: @hpke/core reads what we wrap, and we what it wraps`, async () => {
    const identity = await HpkeIdentity.generate(kem, { keyId: 'inbox' });
    const text = await identity.recipient();
    const suite = new CipherSuite({ kem: peer, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const secret = await suite.kem.importKey('raw', keyOf(await identity.toText()), false);
    const open = await suite.kem.importKey('raw', keyOf(text), true);

    const recipient = new HpkeRecipient(text, { keyId: 'inbox' });
    const { wrappedDek } = await recipient.wrap(DEK, {}, CALL);
    assert.deepEqual([...wrappedDek.subarray(0, 2)], number);
    const [enc, sealed] = [wrappedDek.slice(2, 2 + encLength), wrappedDek.slice(2 + encLength)];
    const opened = await suite.open({ recipientKey: secret, enc, info: INFO }, sealed);
    assert.deepEqual(new Uint8Array(opened), DEK);

    const theirs = await suite.seal({ recipientPublicKey: open, info: INFO }, DEK);
    const joined = [...number, ...new Uint8Array(theirs.enc), ...new Uint8Array(theirs.ct)];
    const wrapped = { providerId: 'hpke', keyId: 'inbox', wrappedDek: Uint8Array.from(joined) };
    assert.deepEqual(await identity.unwrap(wrapped, {}, CALL), DEK);
  });
}
