// Every vector of core/vectors, on both engines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HpkeIdentity,
  HpkeRecipient,
  LocalKey,
  createDecryptor,
  decrypt,
  encrypt,
  fromText,
  inspect,
  openRange,
  rewrapHeader,
  toText,
} from 'sealwax';
import {
  both,
  fromBase64,
  fromHex,
  readAll,
  rejectsWith,
  sha512,
  toHex,
  vectors,
} from '../support/suite.mjs';
import { drain, formula, inputOf, providersOf, writersOf } from '../support/vectors.mjs';
import { withRandom } from '../support/randomness.mjs';

const valid = await vectors('envelope_valid');
const invalid = await vectors('envelope_invalid');
const groupsOf = (file, type) =>
  file.testGroups.filter((group) => type === undefined || group.type === type);
const where = ({ tcId, comment }) => `tcId ${tcId} (${comment})`;

test('the files have as many vectors as they say', async () => {
  for (const name of [
    'envelope_valid',
    'envelope_invalid',
    'context',
    'local_wrap',
    'hpke_wrap',
    'key_text',
    'rewrap',
    'text_form',
    'lengths',
  ]) {
    const file = await vectors(name);
    assert.equal(
      file.testGroups.reduce((sum, { tests }) => sum + tests.length, 0),
      file.numberOfTests,
    );
  }
});

for (const { type, tests } of groupsOf(valid)) {
  both(`envelope_valid, ${type}: read`, async (engine) => {
    for (const vector of tests) await reads(vector, engine);
  });
  both(`envelope_valid, ${type}: made again byte for byte`, async (engine) => {
    for (const vector of tests) await remakes(vector, engine);
  });
}

async function reads(vector, engine) {
  const { source, options } = inputOf(vector);
  const open = () => decrypt(source, providersOf(vector), { ...options, engine });
  const expected = formula(vector.plaintext);
  assert.equal(await sha512(expected), vector.plaintext.sha512);
  const decryption = open();
  const header = await decryption.header();
  assert.deepEqual(Object.entries(header.context).sort(), vector.context.toSorted(), where(vector));
  assert.equal(header.headerSize, vector.headerLen, where(vector));
  assert.equal(header.paddingSize, vector.paddingLen, where(vector));
  const names = ({ providerId, keyId }) => `${providerId} ${keyId}`;
  assert.deepEqual(header.wrappedKeys.map(names), vector.wrappedKeys.map(names), where(vector));
  const metadata = await decryption.metadata();
  assert.deepEqual(metadata, vector.metadata ? formula(vector.metadata) : undefined, where(vector));
  assert.equal(await decryption.expectedSize(), expected.length, where(vector));
  assert.deepEqual(await decryption.bytes(), expected, where(vector));
  assert.deepEqual(await readAll(open().stream()), expected, where(vector));
  const reader = await openRange(source, providersOf(vector), { ...options, engine });
  assert.equal(reader.size, expected.length);
  assert.deepEqual(await reader.read(0, expected.length), expected, where(vector));
}

async function remakes(vector, engine) {
  const { dek, metadataSalt, bodySalt } = vector.encrypt;
  const { source, options } = inputOf(vector);
  const detached = options.header !== undefined;
  const draws = [...(vector.metadata ? [metadataSalt] : []), bodySalt].map(fromHex);
  const message = encrypt(formula(vector.plaintext), writersOf(vector.wrappedKeys, dek), {
    engine,
    detached,
    context: vector.context,
    padding: vector.headerLen,
    ...(vector.metadata && { metadata: formula(vector.metadata) }),
    ...(options.associatedData && { associatedData: options.associatedData }),
  });
  const made = await withRandom(draws, () => message.bytes());
  assert.deepEqual(made, source, where(vector));
  if (detached) assert.deepEqual(await message.header(), options.header, where(vector));
}

for (const { type, tests } of groupsOf(invalid)) {
  both(`envelope_invalid, ${type}`, async (engine) => {
    for (const vector of tests) await refuses(vector, engine);
  });
}

/** In memory, as a stream, and by a decryptor. */
async function refuses(vector, engine) {
  const { source, options } = inputOf(vector);
  const { name, chunk } = vector.error;
  const open = () => decrypt(source, providersOf(vector), { ...options, engine });
  const check = (error) => {
    assert.equal(error?.code, name, `${where(vector)}: ${error?.stack}`);
    assert.equal(error.number, vector.error.code);
    assert.equal(error.chunk, chunk, where(vector));
  };
  if (vector.openMetadata) {
    check(
      await open()
        .metadata()
        .catch((error) => error),
    );
    assert.deepEqual((await open().bytes()).length > 0 || vector.released.length === 0, true);
    return;
  }
  check(
    await open()
      .bytes()
      .catch((error) => error),
  );
  check(
    await open()
      .blob()
      .catch((error) => error),
  );
  const { bytes, error } = await drain(open().stream());
  check(error);
  assert.ok(
    bytes.length <= vector.released.length,
    `${where(vector)}: released ${bytes.length} bytes`,
  );
  if (bytes.length === vector.released.length)
    assert.equal(await sha512(bytes), vector.released.sha512, where(vector));
  if (options.header === undefined) {
    check(
      await createDecryptor(source, providersOf(vector), options)
        .then((decryptor) => decryptor.decryptBytes(source))
        .catch((error) => error),
    );
  }
}

test('inspect refuses what is malformed without any key', async () => {
  for (const { tests } of [
    'HeaderPreamble',
    'HeaderFields',
    'HeaderContext',
    'HeaderWrappedKeys',
  ].flatMap((type) => groupsOf(invalid, type))) {
    for (const vector of tests) {
      const error = await inspect(fromBase64(vector.envelope)).then(
        () => undefined,
        (error) => error,
      );
      assert.equal(error?.code, vector.error.name, where(vector));
    }
  }
});

test('context: canonical bytes, or the refusal', async () => {
  for (const { tests } of (await vectors('context')).testGroups) {
    for (const vector of tests) {
      let canonical;
      const provider = {
        providerId: 'test',
        accepts: () => true,
        unwrap: async () => {},
        wrap: async (_dek, pairs, call) => {
          canonical = toHex(call.canonicalContext);
          assert.deepEqual(Object.entries(pairs).sort(), vector.pairs.toSorted(), where(vector));
          return { keyId: 'k', wrappedDek: new Uint8Array(1) };
        },
      };
      const done = encrypt(new Uint8Array(1), provider, { context: vector.pairs }).header();
      if (vector.result === 'valid') {
        await done;
        assert.equal(canonical, vector.canonical, where(vector));
      } else {
        const error = await rejectsWith(done, vector.error.name);
        assert.equal(error.number, vector.error.code);
        assert.equal(canonical, undefined, 'no provider is asked');
      }
    }
  }
});

const callWith = (pairs) => {
  let call;
  const capture = {
    providerId: 'test',
    accepts: () => true,
    unwrap: async () => {},
    wrap: async (_dek, context, it) => {
      call = { context, call: it };
      return { keyId: 'k', wrappedDek: new Uint8Array(1) };
    },
  };
  return encrypt(new Uint8Array(1), capture, { context: pairs })
    .header()
    .then(() => call);
};

for (const kind of ['bytes', 'a CryptoKey']) {
  const make = (kek, keyId) =>
    kind === 'bytes' ? new LocalKey(fromHex(kek), keyId) : LocalKey.importKey(fromHex(kek), keyId);
  test(`local_wrap, key of ${kind}`, async () => {
    for (const { tests } of (await vectors('local_wrap')).testGroups) {
      for (const vector of tests) {
        const key = await make(vector.kek, vector.keyId);
        const { context, call } = await callWith(vector.context);
        const wrapped = {
          providerId: 'local',
          keyId: vector.keyId,
          wrappedDek: fromBase64(vector.wrappedDek),
        };
        if (vector.result === 'valid') {
          assert.equal(toHex(await key.unwrap(wrapped, context, call)), vector.dek, where(vector));
          const made = await withRandom([fromHex(vector.salt)], () =>
            key.wrap(fromHex(vector.dek), context, call),
          );
          assert.deepEqual(made.wrappedDek, wrapped.wrappedDek, where(vector));
        } else {
          await rejectsWith(key.unwrap(wrapped, context, call), vector.error.name);
        }
      }
    }
  });
}

test('hpke_wrap', async () => {
  for (const { tests } of (await vectors('hpke_wrap')).testGroups) {
    for (const vector of tests) {
      const key = new HpkeIdentity(vector.secretKey, { keyId: vector.keyId });
      const { context, call } = await callWith(vector.context);
      const wrapped = {
        providerId: 'hpke',
        keyId: vector.keyId,
        wrappedDek: fromBase64(vector.wrappedDek),
      };
      if (vector.result === 'valid') {
        assert.equal(toHex(await key.unwrap(wrapped, context, call)), vector.dek, where(vector));
        const made = await withRandom([fromHex(vector.randomness)], () =>
          key.wrap(fromHex(vector.dek), context, call),
        );
        assert.deepEqual(made, { keyId: vector.keyId, wrappedDek: wrapped.wrappedDek });
      } else {
        await rejectsWith(key.unwrap(wrapped, context, call), vector.error.name);
      }
      key.close();
    }
  }
});

test('key_text', async () => {
  for (const { tests } of (await vectors('key_text')).testGroups) {
    for (const vector of tests) {
      const isPublic = vector.readAs === 'public';
      const key = isPublic ? new HpkeRecipient(vector.text) : new HpkeIdentity(vector.text);
      if (vector.result !== 'valid') {
        await rejectsWith(key.keyId(), vector.error.name);
        continue;
      }
      assert.equal(await key.keyId(), vector.keyId, where(vector));
      if (isPublic) continue;
      assert.equal(await key.recipient(), vector.recipient, where(vector));
      assert.equal(await key.toText(), vector.text, where(vector));
    }
  }
});

test('rewrap: the new header, or the refusal', async () => {
  for (const { tests } of (await vectors('rewrap')).testGroups) {
    for (const vector of tests) {
      const header = fromBase64(vector.header);
      const info = await inspect(header);
      const old = {
        providerId: info.wrappedKeys[0].providerId,
        accepts: () => true,
        wrap: async () => {},
        unwrap: async () => fromHex(vector.dek),
      };
      const done = rewrapHeader(header, old, writersOf(vector.wrappedKeys, vector.dek));
      if (vector.result === 'valid')
        assert.deepEqual(await done, fromBase64(vector.newHeader), where(vector));
      else await rejectsWith(done, vector.error.name);
    }
  }
});

test('text form: the bytes, or the refusal', async () => {
  for (const { tests } of (await vectors('text_form')).testGroups) {
    for (const vector of tests) {
      if (vector.result === 'valid') {
        assert.deepEqual(await fromText(vector.text), fromBase64(vector.bytes), where(vector));
        assert.equal(await toText(fromBase64(vector.bytes)), vector.text, where(vector));
      } else await rejectsWith(fromText(vector.text), vector.error.name);
    }
  }
});
