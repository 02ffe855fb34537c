// A browser behind a link of its own, which can really go down: Chromium runs in a network
// namespace whose only way out is a pair of virtual interfaces. It asks for 127.0.0.1, as on one
// machine, so that the page is as trusted as there; what it reaches is this end of the link, where
// wires lead on to the demo.
//
// Needs Linux, root, and `ip` of iproute2.
import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { FLAGS, PROGRAM } from './chromium.mjs';
import { startWire } from './proxy.mjs';

/** Why there can be no link here; undefined if there can. */
export function noLink() {
  try {
    const name = `sealwax-try-${process.pid}`;
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return undefined;
  } catch {
    return 'a network namespace needs root and iproute2';
  }
}

/** Starts a browser behind a link to the services at `urls`, all of 127.0.0.1. */
export async function startLink(urls, folder) {
  const link = new Link();
  try {
    await link.start(urls, folder);
    return link;
  } catch (error) {
    await link.end();
    throw error;
  }
}

class Link {
  #name = `sealwax-${process.pid}`;
  #near = `sx${process.pid}n`;
  #far = `sx${process.pid}f`;
  #subnet = `10.${200 + (process.pid % 50)}.${(process.pid >> 6) % 250}`;
  #wires = [];
  browser;

  async start(urls, folder) {
    const [here, there] = [`${this.#subnet}.1`, `${this.#subnet}.2`];
    ip('netns', 'add', this.#name);
    ip('link', 'add', this.#near, 'type', 'veth', 'peer', 'name', this.#far, 'netns', this.#name);
    ip('addr', 'add', `${here}/30`, 'dev', this.#near);
    ip('-n', this.#name, 'addr', 'add', `${there}/30`, 'dev', this.#far);
    for (const device of ['lo', this.#far]) ip('-n', this.#name, 'link', 'set', device, 'up');
    this.up();
    ip('-n', this.#name, 'route', 'add', 'default', 'via', here);
    for (const url of urls)
      this.#wires.push(await startWire(url, { host: here, port: Number(new URL(url).port) }));
    const program = join(folder, 'chromium-behind-a-link');
    await writeFile(program, `#!/bin/sh\nexec ip netns exec ${this.#name} ${PROGRAM} "$@"\n`);
    await chmod(program, 0o755);
    this.browser = await chromium.launch({
      executablePath: program,
      args: [...FLAGS, `--host-resolver-rules=MAP 127.0.0.1 ${here}`],
    });
  }

  up() {
    ip('link', 'set', this.#near, 'up');
  }

  /** Both ends lose their carrier. No packet passes, nobody is told but by that. */
  down() {
    ip('link', 'set', this.#near, 'down');
  }

  /** Bytes that came in, towards the services. */
  get passed() {
    return this.#wires.reduce((sum, { passed: { up } }) => sum + up, 0);
  }

  /** Bytes per second towards the services. */
  set rate(value) {
    for (const wire of this.#wires) wire.rate = value;
  }

  async end() {
    await this.browser?.close();
    await Promise.all(this.#wires.map((wire) => wire.close()));
    for (const [what, name] of [
      ['link', this.#near],
      ['netns', this.#name],
    ]) {
      try {
        ip(what, 'delete', name);
      } catch {
        // It was not made, or went with the other.
      }
    }
  }
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
