// Runs a server program as a child process: keeps its output for error messages, and makes sure
// that it ends.
import { spawn } from 'node:child_process';

import { forgetProcess, watchProcess } from './reaper.mjs';

const KEPT_OUTPUT = 16 * 1024;
const GRACE_MS = 2_000;

/** A child that can be waited for and stopped. */
export class Service {
  #name;
  #child;
  #output = '';
  #ended;

  /**
   * @param {string} name for messages
   * @param {string} program
   * @param {string[]} args
   * @param {{ env?: Record<string, string>, cwd?: string }} options
   */
  constructor(name, program, args, { env = {}, cwd } = {}) {
    this.#name = name;
    this.#child = spawn(program, args, {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (data) => this.#keep(data));
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', resolve);
      this.#child.once('error', (error) => {
        this.#keep(`${error.message}\n`);
        resolve();
      });
    });
    const { pid } = this.#child;
    if (pid) {
      watchProcess(pid);
      this.#ended.then(() => forgetProcess(pid));
    }
  }

  /** The process id, for measuring. */
  get pid() {
    return this.#child.pid;
  }

  /** Resolves when `ready()` is true; fails when the program ends first or takes too long. */
  async waitUntil(ready, limitMs = 60_000) {
    const deadline = Date.now() + limitMs;
    let ended = false;
    this.#ended.then(() => {
      ended = true;
    });
    while (!(await ready().catch(() => false))) {
      if (ended || Date.now() > deadline) {
        throw new Error(`${this.#name} did not start:\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the program and waits for it. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const hammer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    await this.#ended;
    clearTimeout(hammer);
  }

  #keep(data) {
    this.#output = (this.#output + data).slice(-KEPT_OUTPUT);
  }
}
