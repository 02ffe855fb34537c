// Puts the page together.
import { get, post } from './lib/api.mjs';
import { inboxIsOpen, lockInbox, unlockInbox } from './lib/keys.mjs';
import { describe } from './lib/messages.mjs';
import { startStreams } from './lib/streams.mjs';
import { filesOfDrop, filesOfInput } from './upload/collect.mjs';
import { UploadQueue } from './upload/queue.mjs';
import { prepareDetails } from './view/details.mjs';
import { announce, byId, el } from './view/dom.mjs';
import { forgetObjects, refreshObjects } from './view/objects.mjs';
import { showParties } from './view/parties.mjs';
import { showQueue } from './view/queue.mjs';

const queue = new UploadQueue();
let session;

const canOpen = ({ space }) => space === 'vault' || inboxIsOpen();
const refresh = () => refreshObjects(canOpen);
const space = () => document.querySelector('input[name="space"]:checked').value;

function prepareUploads() {
  showQueue(queue);
  queue.addEventListener('change', ({ detail: item }) => {
    if (item?.state === 'done' && !item.listed) {
      item.listed = true;
      refresh();
    }
  });
  const drop = byId('drop');
  drop.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add('over');
  };
  drop.ondragleave = () => drop.classList.remove('over');
  drop.ondrop = async (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const chosen = space();
    queue.add(await filesOfDrop(event.dataTransfer), chosen);
  };
  for (const [input, opener] of [['files', 'choose-files'], ['folder', 'choose-folder']]) {
    byId(opener).onclick = () => byId(input).click();
    byId(input).onchange = (event) => queue.add(filesOfInput(event.target), space());
  }
  addEventListener('beforeunload', (event) => {
    if (queue.items.some(({ state }) => state === 'active' || state === 'waiting')) event.preventDefault();
  });
}

function prepareModes() {
  for (const input of document.querySelectorAll('input[name="space"]')) {
    input.onchange = () => showParties(input.value);
  }
  showParties(space());
}

function prepareUnlock() {
  const dialog = byId('unlock-dialog');
  byId('unlock').onclick = () => dialog.showModal();
  byId('unlock-cancel').onclick = () => dialog.close();
  byId('unlock-form').onsubmit = async (event) => {
    event.preventDefault();
    const password = byId('password');
    try {
      await unlockInbox(session.keyService, session.user.id, password.value);
      dialog.close();
      showUser();
      refresh();
    } catch (error) {
      byId('unlock-error').textContent = describe(error).message;
    } finally {
      password.value = '';
    }
  };
}

async function signIn(user) {
  forgetObjects();
  lockInbox();
  session = await post('/api/session', { user });
  showUser();
  announce(`Signed in as ${session.user.name}.`);
  await refresh();
  document.documentElement.dataset.ready = user;
}

function showUser() {
  const options = session.users.map(({ id, name, role }) =>
    el('option', { value: id, textContent: role === 'reader' ? `${name}, reads the inbox` : name }));
  byId('user').replaceChildren(...options);
  byId('user').value = session.user.id;
  byId('unlock').hidden = session.user.role !== 'reader' || inboxIsOpen();
}

async function start() {
  prepareModes();
  prepareUploads();
  prepareUnlock();
  prepareDetails();
  byId('refresh').onclick = refresh;
  byId('user').onchange = ({ target }) => signIn(target.value);
  try {
    await startStreams();
    session = await get('/api/session').catch(() => undefined);
    if (!session) return await signIn('alice');
    showUser();
    await refresh();
    document.documentElement.dataset.ready = session.user.id;
  } catch (error) {
    byId('objects-note').textContent = describe(error).message;
  }
}

await start();
