// Ranges of an object behind HTTP.

import type { HttpRangeOptions, RangeSource } from '../types/index.js';
import { SealwaxError } from './errors.js';

type Address = string | URL;

export function httpRange(url: Address | (() => Address | Promise<Address>), options: HttpRangeOptions = {}): RangeSource {
  const { headers, credentials, fetch: ask = fetch } = options;
  const request = async (range: string, signal?: AbortSignal): Promise<Response> => {
    const address = typeof url === 'function' ? await url() : url;
    const all = new Headers(headers);
    all.set('Range', range);
    const response = await ask(address, { headers: all, ...(credentials && { credentials }), ...(signal && { signal }), cache: 'no-store' });
    if (response.status === 206) return response;
    await response.body?.cancel();
    const isWhole = response.ok; // the server ignores ranges: the whole object would come each time
    throw new SealwaxError('io', isWhole ? 'the server does not serve ranges' : `the server answered ${response.status}`);
  };
  return {
    size: async (signal) => {
      const response = await request('bytes=0-0', signal);
      await response.body?.cancel();
      const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (total === undefined) throw new SealwaxError('io', 'the server does not say the size: expose Content-Range, or give the option size');
      return Number(total);
    },
    read: async (offset, length, signal) => {
      const response = await request(`bytes=${offset}-${offset + length - 1}`, signal);
      return response.arrayBuffer();
    },
  };
}
