// Checks headers before they are stored. Everything in a header but the sealed metadata is public,
// so the backend needs no key to see that it is a header, belongs to its object, is no larger than
// necessary, and names the keys of its space.
//
// The backend cannot see whether the wrapped key opens. A reader who replaces a header can
// therefore make an object unreadable. The trail names her, and a bucket with versions keeps the
// header before.
import { createHash } from 'node:crypto';

import { canonical, VAULT_KEY, VAULT_PROVIDER } from './kms.mjs';
import { badHeader } from './errors.mjs';
import { MOST_HEADER } from './requests.mjs';

/** Sizes of a header's fields. */
const MAGIC_AND_LENGTH = 12;
const SUITE = 2;
const METADATA_LENGTH = 4;

const INBOX_PROVIDER = 'rsa-oaep';
/** One modulus of RSA-3072, as services/openbao.mjs makes the inbox's key. */
const INBOX_WRAPPED = 384;
const VAULT_WRAPPED = /^vault:v\d{1,9}:[A-Za-z0-9+/]{1,512}={0,2}$/;

/** Checks headers with Sealwax's own parser, `inspect`. */
export class Headers {
  #inspect;
  #kms;
  /** Fingerprints of the inbox's keys, as far as they are known. */
  #inboxKeys = new Set();

  constructor({ inspect, kms }) {
    this.#inspect = inspect;
    this.#kms = kms;
  }

  /** Fails unless `bytes` may be the header of object `id`. Returns its public fields. */
  async check(id, bytes) {
    const info = await this.#parse(bytes);
    if (info.headerSize !== bytes.length) throw badHeader('There is something behind the header.');
    const names = Object.keys(info.context);
    const { context } = id;
    if (
      names.length !== Object.keys(context).length ||
      names.some((name) => info.context[name] !== context[name])
    ) {
      throw badHeader('The header belongs to another object.');
    }
    if (info.wrappedKeys.length !== 1)
      throw badHeader('The header has another number of keys than one.');
    if (!(await this.#isOfSpace(id.space, info.wrappedKeys[0])))
      throw badHeader('The header names another key than that of its space.');
    return info;
  }

  /** As `check`, and fails unless nothing but the key is another than in the header `before`. */
  async checkReplacement(id, bytes, before) {
    const now = await this.check(id, bytes);
    const then = await this.check(id, before);
    if (!bindingPart(bytes, now).equals(bindingPart(before, then))) {
      throw badHeader('A new key changes nothing else in a header.');
    }
  }

  async #parse(bytes) {
    if (bytes.length > MOST_HEADER) throw badHeader('The header is too large.');
    try {
      return await this.#inspect(bytes);
    } catch (error) {
      throw badHeader('This is not a header.', { cause: error });
    }
  }

  async #isOfSpace(space, { providerId, keyId, wrappedDek }) {
    if (space === 'vault') {
      const text = Buffer.from(wrappedDek).toString('latin1');
      return providerId === VAULT_PROVIDER && keyId === VAULT_KEY && VAULT_WRAPPED.test(text);
    }
    if (providerId !== INBOX_PROVIDER || wrappedDek.length !== INBOX_WRAPPED) return false;
    return this.#isInboxKey(keyId);
  }

  /** A key that is not known may be new. */
  async #isInboxKey(keyId) {
    if (!this.#inboxKeys.has(keyId)) {
      const { keys } = await this.#kms.inboxPublicKeys();
      this.#inboxKeys = new Set(Object.values(keys).map(fingerprint));
    }
    return this.#inboxKeys.has(keyId);
  }
}

/**
 * Suite, context and sealed metadata: all that the body's keys are derived from, section 4.1 of
 * FORMAT.md.
 */
function bindingPart(bytes, { context, sealedMetadataSize }) {
  const length = SUITE + canonical(context).length + METADATA_LENGTH + sealedMetadataSize;
  return bytes.subarray(MAGIC_AND_LENGTH, MAGIC_AND_LENGTH + length);
}

/** The name of a public key in a header: hash and SHA-256 of its DER. */
function fingerprint(pem) {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}
