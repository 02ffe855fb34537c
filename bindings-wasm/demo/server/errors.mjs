// Errors that a client may see: a status, a stable code, a sentence for people.
export class HttpError extends Error {
  /**
   * @param {number} status of the response
   * @param {string} code snake_case, for programs
   * @param {string} message for people; no secret and nothing of the request in it
   * @param {{ cause?: unknown, retryAfter?: number }} [options] `retryAfter` in seconds
   */
  constructor(status, code, message, { retryAfter, ...options } = {}) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export const badRequest = (message) => new HttpError(400, 'bad_request', message);
export const notSignedIn = () => new HttpError(401, 'not_signed_in', 'Sign in first.');
export const forbidden = (message) => new HttpError(403, 'forbidden', message);
export const notFound = () => new HttpError(404, 'not_found', 'There is no such page.');
export const noSuchObject = () =>
  new HttpError(404, 'no_such_object', 'The store does not have this object.');
export const noSuchUpload = () =>
  new HttpError(404, 'no_such_upload', 'The store does not know this upload.');
export const otherUser = () =>
  new HttpError(409, 'other_user', 'Someone else has signed in in this browser.');
export const alreadyThere = () =>
  new HttpError(409, 'already_there', 'This was handed in before; it does not change any more.');
export const headerChanged = () =>
  new HttpError(409, 'header_changed', 'The header was replaced in the meantime.');
export const tooLarge = () => new HttpError(413, 'too_large', 'The request is too large.');
export const badHeader = (message, options) => new HttpError(422, 'bad_header', message, options);
/** `again`: as the request before, which the audit trail then has already. */
export const tooMany = (retryAfter, again) =>
  Object.assign(
    new HttpError(429, 'too_many', 'That was too much at once. Wait a little.', { retryAfter }),
    { again },
  );
export const storeDown = (cause) =>
  new HttpError(502, 'store_unavailable', 'The store does not answer.', { cause });
export const keyServiceDown = (cause) =>
  new HttpError(503, 'key_service_unavailable', 'The key service does not answer.', { cause });
