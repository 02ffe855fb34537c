// Key management services of the tests: programs that `cargo xtask setup` installs.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../demo/services/ports.mjs';

/** Where the programs are. */
export const BIN =
  process.env.SEALWAX_KMS_BIN ??
  fileURLToPath(new URL('../../../target/tools/venv/bin', import.meta.url));

/**
 * A server that ends with this process, even when that is killed. It is ready once `path` answers
 * with `status`.
 */
export async function start(name, argumentsOf, path = '/', status = undefined) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const command = ['--pdeathsig', 'KILL', `${BIN}/${name}`, ...argumentsOf(url)];
  const server = spawn('setpriv', command, { stdio: 'ignore' });
  const isReady = ({ status: answered }) => status === undefined || answered === status;
  for (let tries = 0; tries < 2400 && server.exitCode === null; tries += 1) {
    if (await fetch(url + path).then(isReady, () => false))
      return { url, stop: () => server.kill('SIGKILL') };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill('SIGKILL');
  throw new Error(`${name} did not start`);
}
