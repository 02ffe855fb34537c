// Rate limits per user and per address: token buckets that refill with time.
import { tooMany } from './errors.mjs';

/** For each kind: how much at once, and how much each second from then on. */
export const LIMITS = {
  /** All requests to the API, whoever sends them. */
  request: { burst: 2_000, perSecond: 300 },
  signIn: { burst: 20, perSecond: 0.5 },
  /** DEKs that are made, wrapped or unwrapped. */
  key: { burst: 1_000, perSecond: 200 },
  rotate: { burst: 5, perSecond: 0.1 },
  /** URLs that are signed, ids that are made, headers that are stored. */
  sign: { burst: 4_000, perSecond: 500 },
  list: { burst: 60, perSecond: 2 },
  /**
   * Requests that are refused before anything is decided: each is a line of the trail, which nobody
   * may fill.
   */
  refusal: { burst: 200, perSecond: 2 },
};
/** Addresses are shared by people, behind one router. */
const USERS_OF_AN_ADDRESS = 4;
const MOST_BUCKETS = 20_000;

export class Limits {
  #kinds;
  #now;
  #addresses = new Map();
  /** Apart from the addresses: whoever has many of those pushes out no user's bucket. */
  #users = new Map();

  /** `kinds` as in `LIMITS`; `now()` in milliseconds. */
  constructor(kinds = {}, now = () => performance.now()) {
    this.#kinds = { ...LIMITS, ...kinds };
    this.#now = now;
  }

  /**
   * Takes `cost` of `kind` from the address and, if there is one, the user; fails with 429 where it
   * is not there.
   */
  take(kind, { user, address }, cost = 1) {
    const { burst, perSecond } = this.#kinds[kind];
    const wanted = [
      [this.#addresses, `${kind} ${address}`, USERS_OF_AN_ADDRESS],
      ...(user ? [[this.#users, `${kind} ${user.id}`, 1]] : []),
    ];
    const buckets = wanted.map(([of, key, share]) =>
      this.#bucket(of, key, { burst: burst * share, perSecond: perSecond * share }),
    );
    for (const bucket of buckets) {
      if (bucket.level >= cost) continue;
      const again = bucket.empty;
      bucket.empty = true;
      throw tooMany(Math.ceil((cost - bucket.level) / bucket.perSecond), again);
    }
    for (const bucket of buckets)
      Object.assign(bucket, { level: bucket.level - cost, empty: false });
  }

  #bucket(of, key, { burst, perSecond }) {
    const now = this.#now();
    const { level, time, empty } = of.get(key) ?? { level: burst, time: now };
    const bucket = {
      perSecond,
      empty,
      level: Math.min(burst, level + (perSecond * (now - time)) / 1000),
      time: now,
    };
    // The one that was not used for longest goes first: it is full again by then, or nearly.
    of.delete(key);
    of.set(key, bucket);
    if (of.size > MOST_BUCKETS) of.delete(of.keys().next().value);
    return bucket;
  }
}

/** What counts as one address: of IPv6 the network, since a host has 2^64 addresses in it. */
export function addressOf({ socket }) {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:|%.*$/g, '');
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = tail ? Array(8 - head.length - tail.length).fill('0') : [];
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
}
