// Error messages for people.

const SEALWAX = {
  authentication: 'The stored bytes were changed. Nothing of them is shown.',
  truncated: 'The stored object is incomplete. Nothing of it is shown.',
  trailing_data: 'The stored object has foreign bytes at its end. Nothing of it is shown.',
  commitment_mismatch: 'The body does not belong to this header.',
  header_authentication: 'The header was changed.',
  bad_magic: 'This is not a sealed object.',
  malformed: 'The header is damaged.',
  key_unwrap: 'The key service does not accept the wrapped key.',
  provider_failed: 'The key service cannot be reached. Try again when it is back.',
  no_matching_key: 'You have no key for this object.',
  context_mismatch: 'This object is not the one that was asked for.',
};

const BACKEND = {
  key_service_unavailable: 'The key service cannot be reached. Try again when it is back.',
  store_unavailable: 'The store cannot be reached. Try again when it is back.',
  not_signed_in: 'Your session has ended. Sign in again.',
  other_user: 'Someone else has signed in in this browser.',
};

/** What browsers throw for a file that is not there, or not as it was. */
const UNREADABLE = [
  'NotFoundError',
  'NotReadableError',
  'NoModificationAllowedError',
  'SecurityError',
];

/** `{ code, message }` of any error, by the most telling of its causes. */
export function describe(error) {
  for (let cause = error; cause; cause = cause.cause ?? cause.attempts?.at(-1)?.error) {
    if (['ApiError', 'StoreError', 'NetworkError'].includes(cause.name)) {
      return { code: cause.code ?? 'store', message: BACKEND[cause.code] ?? cause.message };
    }
  }
  if (UNREADABLE.includes(error.cause?.name ?? error.name))
    return {
      code: 'unreadable',
      message: 'This file cannot be read. It may have been moved, changed or closed to you.',
    };
  const code = typeof error.code === 'string' ? error.code : 'failed';
  return { code, message: SEALWAX[code] ?? error.message };
}
