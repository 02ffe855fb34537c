// Reading requests: they come from the page, and hold a JSON object of bounded size.
import { badRequest, forbidden, tooLarge } from './errors.mjs';

const MOST = 16 * 1024;

/**
 * Requests that change something come from our page: SameSite, the origin and a JSON body say so.
 */
export function refuseForeign(request, origins) {
  const { origin: from, 'content-type': type = '' } = request.headers;
  if (!origins.includes(from)) throw forbidden('The request comes from another site.');
  if (!/^application\/json(;|$)/.test(type)) throw badRequest('Send JSON.');
}

/**
 * A name that somebody else points at this address is not this page (DNS rebinding), and a request
 * with two names is one that two readers would route differently.
 */
export function refuseOtherHost(request, hosts) {
  const [host, ...more] = request.headersDistinct.host ?? [];
  if (more.length > 0 || !hosts.includes(host)) throw forbidden('This page has another name.');
}

/** The JSON object that `request` holds. No more than `most` bytes of it are read. */
export async function readJson(request, most = MOST) {
  if (Number(request.headers['content-length']) > most) throw tooLarge();
  const chunks = [];
  let length = 0;
  // Not by `for await`, which ends the connection when it is left, and with it the answer.
  await new Promise((resolve, reject) => {
    request.on('data', (chunk) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', resolve);
    request.once('error', () => reject(badRequest('The request ended early.')));
    request.once('close', () => reject(badRequest('The request ended early.')));
  });
  return parse(Buffer.concat(chunks));
}

function parse(bytes) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (value && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // Answered below, like any other body that is no JSON object.
  }
  throw badRequest('Send a JSON object.');
}

/**
 * Answers to the items of a batch, each as if it had come alone: `{ value }`, or the error's
 * fields.
 */
export async function each(items, work) {
  const settled = await Promise.allSettled(items.map(work));
  const unknown = settled.find(({ status, reason }) => status === 'rejected' && !reason.code);
  if (unknown) throw unknown.reason;
  return {
    results: settled.map(({ value, reason }) =>
      reason ? { error: reason.code, message: reason.message, status: reason.status } : { value },
    ),
  };
}
