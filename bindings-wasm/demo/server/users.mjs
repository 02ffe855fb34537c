// The users. The demo signs in by name alone: replace this list by your own accounts.

/** `member`: has a vault. `reader`: may fetch what others left in the inbox. */
export const USERS = new Map([
  ['alice', Object.freeze({ id: 'alice', name: 'Alice', role: 'member' })],
  ['bob', Object.freeze({ id: 'bob', name: 'Bob', role: 'member' })],
  ['carol', Object.freeze({ id: 'carol', name: 'Carol', role: 'reader' })],
]);
