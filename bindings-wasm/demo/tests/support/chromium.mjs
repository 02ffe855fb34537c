// Chromium without instruments, for measuring: a test driver such as Playwright has each request's
// body copied to itself, which costs more than what is to be measured. This speaks the DevTools
// protocol over a pipe and turns on nothing.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const END = '\0';
const POLL_MS = 200;

/** A browser with a profile of its own in `folder`. */
export class Chromium {
  #child;
  #calls = new Map();
  #listeners = new Set();
  #nextId = 1;

  constructor(folder) {
    const flags = [
      ...FLAGS,
      '--headless',
      '--remote-debugging-pipe',
      `--user-data-dir=${folder}`,
      'about:blank',
    ];
    this.#child = spawn(PROGRAM, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    let rest = '';
    this.#child.stdio[4].setEncoding('utf8').on('data', (text) => {
      const messages = (rest + text).split(END);
      rest = messages.pop();
      for (const message of messages) this.#on(JSON.parse(message));
    });
    this.#child.once('exit', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('Chromium has ended'));
    });
  }

  /** Calls a method of the DevTools protocol. */
  send(method, params = {}, sessionId = undefined) {
    const id = this.#nextId++;
    this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + END);
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  /** The parameters of the first `method` event for which `isIt` is true. */
  event(method, isIt) {
    return new Promise((resolve) => {
      const listener = (message) => {
        if (message.method !== method || !isIt(message.params)) return;
        this.#listeners.delete(listener);
        resolve(message.params);
      };
      this.#listeners.add(listener);
    });
  }

  /** Opens `url` in a new tab. */
  async open(url) {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new Tab(this, sessionId);
  }

  /** Its processes, `[{ id, type }]`. */
  async processes() {
    return (await this.send('SystemInfo.getProcessInfo')).processInfo;
  }

  async close() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.send('Browser.close').catch(() => {});
    await ended;
  }

  #on(message) {
    const call = this.#calls.get(message.id);
    if (!call) return this.#listeners.forEach((listener) => listener(message));
    this.#calls.delete(message.id);
    if (message.error) call.reject(new Error(message.error.message));
    else call.resolve(message.result);
  }
}

class Tab {
  #send;

  constructor(chromium, sessionId) {
    this.#send = (method, params) => chromium.send(method, params, sessionId);
  }

  /** Runs `work(...args)` in the page; the value it resolves to. */
  async evaluate(work, ...args) {
    const expression = `(${work})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Resolves when `work(...args)` is true in the page, which may still be loading. */
  async until(work, ...args) {
    while (!(await this.evaluate(work, ...args).catch(() => false))) await sleep(POLL_MS);
  }

  /** Signs `user` in, as soon as the page asks. */
  async signIn(user) {
    await this.until((name) => {
      const buttons = [...document.querySelectorAll('#sign-in[open] button')];
      buttons.find(({ textContent }) => textContent.toLowerCase().startsWith(name))?.click();
      return document.documentElement.dataset.ready === name;
    }, user);
  }

  /** Drops files or folders on the element with `id`. */
  async drop(id, paths) {
    const { x, y } = await this.evaluate((name) => {
      document.getElementById(name).scrollIntoView();
      const { left, top } = document.getElementById(name).getBoundingClientRect();
      return { x: left + 40, y: top + 20 };
    }, id);
    const data = { items: [], files: [paths].flat(), dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'])
      await this.#send('Input.dispatchDragEvent', { type, x, y, data });
  }

  /** Chooses a file, or several, in the input with `id`. */
  async choose(id, paths) {
    const { result } = await this.#send('Runtime.evaluate', {
      expression: `document.getElementById('${id}')`,
    });
    await this.#send('DOM.setFileInputFiles', { objectId: result.objectId, files: [paths].flat() });
  }
}
