// An error that a client may see: a status, a stable code, a sentence for a person.
export class HttpError extends Error {
  /**
   * @param {number} status of the response
   * @param {string} code snake_case, for programs
   * @param {string} message for people; no secret and nothing of the request in it
   */
  constructor(status, code, message, options) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message) => new HttpError(400, 'bad_request', message);
export const notSignedIn = () => new HttpError(401, 'not_signed_in', 'Sign in first.');
export const forbidden = (message) => new HttpError(403, 'forbidden', message);
export const notFound = () => new HttpError(404, 'not_found', 'There is no such page.');
export const keyServiceDown = (cause) =>
  new HttpError(503, 'key_service_unavailable', 'The key service does not answer.', { cause });
