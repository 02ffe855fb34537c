// Assembles the page, and takes it apart when someone else signs in.
import { inboxIsOpen, lockInbox } from './lib/keys.mjs';
import { describe } from './lib/messages.mjs';
import { Session } from './lib/session.mjs';
import { startStreams } from './lib/streams.mjs';
import { UploadQueue } from './upload/queue.mjs';
import { prepareDetails } from './view/details.mjs';
import { announce, byId } from './view/dom.mjs';
import { forgetObjects, refreshObjects } from './view/objects.mjs';
import { showParties } from './view/parties.mjs';
import { showQueue } from './view/queue.mjs';
import { askWho, closeSignIn, sayInSignIn } from './view/sign-in.mjs';
import { prepareUnlock } from './view/unlock.mjs';
import { prepareUploads } from './view/uploads.mjs';

const OFFLINE = 'There is no network. What is on its way waits, and goes on when it is back.';
const REFRESH_MS = 1_000;
/** While uploads go on, the list takes no more than this share of the time. */
const REFRESH_SHARE = 0.05;

const session = new Session();
let queue;
let owner;
let unfollow;
let refreshed = { at: 0, took: 0 };
let planned;

const space = () => document.querySelector('input[name="space"]:checked').value;
const canOpen = ({ space: where }) => where === 'vault' || inboxIsOpen();

async function refresh() {
  clearTimeout(planned);
  planned = undefined;
  if (!session.backend) return;
  const start = performance.now();
  await refreshObjects(session.backend, canOpen);
  refreshed = { at: performance.now(), took: performance.now() - start };
}

/** Something was stored: the list is made anew, soon, and not for each of thousands. */
function refreshSoon() {
  const next =
    refreshed.at + Math.max(REFRESH_MS, refreshed.took / REFRESH_SHARE) - performance.now();
  planned ??= setTimeout(refresh, Math.max(0, next));
}

function openQueue(user) {
  queue = new UploadQueue(user);
  owner = user;
  unfollow = new AbortController();
  showQueue(queue, unfollow.signal);
  queue.addEventListener(
    'change',
    ({ detail: items }) => {
      if (items.some(({ state }) => state === 'done')) {
        if (queue.count('waiting', 'active') === 0) refresh();
        else refreshSoon();
      }
      if (items.some(({ state }) => state === 'locked')) session.check();
    },
    { signal: unfollow.signal },
  );
}

/** Nothing of the user who was here stays: no upload, no key, no name. */
function closeQueue() {
  unfollow?.abort();
  queue?.close();
  queue = undefined;
  owner = undefined;
  byId('queue').replaceChildren();
  byId('totals').hidden = true;
}

function clearViews() {
  clearTimeout(planned);
  planned = undefined;
  delete document.documentElement.dataset.ready;
  for (const dialog of ['details', 'unlock-dialog']) byId(dialog).close();
  forgetObjects();
  lockInbox();
}

async function onBegun() {
  const { user } = session.current;
  closeSignIn();
  if (owner !== user.id) {
    closeQueue();
    openQueue(user.id);
  } else queue.unlock();
  showUser();
  announce(`Signed in as ${user.name}.`);
  await refresh();
  if (session.current?.user === user) document.documentElement.dataset.ready = user.id;
}

function onEnded({ detail: { reason } }) {
  clearViews();
  // Whose session has only ended may sign in again: what was on its way waits.
  if (reason !== 'not_signed_in') closeQueue();
  showUser();
  askWho(session, reason);
}

function showUser() {
  const user = session.current?.user;
  byId('user').textContent = user?.name ?? '';
  byId('who').hidden = !user;
  byId('unlock').hidden = user?.role !== 'reader' || inboxIsOpen();
}

function showNetwork() {
  byId('offline').textContent = navigator.onLine ? '' : OFFLINE;
}

function prepare() {
  showNetwork();
  for (const event of ['online', 'offline']) {
    addEventListener(event, () => {
      showNetwork();
      announce(byId('offline').textContent || 'The network is back.');
    });
  }
  for (const input of document.querySelectorAll('input[name="space"]'))
    input.onchange = () => showParties(input.value);
  showParties(space());
  prepareDetails();
  prepareUploads(() => {
    const [mine, where] = [queue, space()];
    return (files) => mine?.add(files, where);
  });
  prepareUnlock(
    () => session.current,
    () => {
      showUser();
      refresh();
    },
  );
  byId('refresh').onclick = refresh;
  byId('sign-out').onclick = () =>
    session
      .signOut()
      .catch((error) =>
        sayInSignIn(`The server still has you signed in. ${describe(error).message}`),
      );
  session.addEventListener('begun', onBegun);
  session.addEventListener('ended', onEnded);
  addEventListener('beforeunload', (event) => {
    if (queue?.count('active', 'waiting')) event.preventDefault();
  });
}

async function start() {
  prepare();
  // Without it videos do not play and large files are not saved; everything else works.
  startStreams();
  try {
    if (!(await session.resume())) await askWho(session);
  } catch (error) {
    byId('objects-note').textContent = describe(error).message;
  }
}

await start();
