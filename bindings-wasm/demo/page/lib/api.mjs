// Calls to the page's own backend.

/** An answer other than success; `code` is the backend's. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** `GET path`, parsed. */
export function get(path, signal) {
  return request(path, { signal });
}

/** `POST path` with a JSON body, parsed. */
export function post(path, body = {}, signal) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

/** Asks the backend to sign `action` on an object. */
export function sign(object, action, details = {}, signal) {
  return post('/api/objects/sign', { ...details, object, action }, signal);
}

async function request(path, options) {
  const response = await fetch(path, { ...options, redirect: 'error' });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new ApiError(response.status, body.error ?? 'internal', body.message ?? 'The server failed.');
  }
  return body;
}
