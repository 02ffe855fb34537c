// SeaweedFS as the object store: all of its parts in one process, all on loopback.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePorts } from './ports.mjs';
import { Service } from './process.mjs';
import { program } from './programs.mjs';

const PARTS = [
  'master.port',
  'master.port.grpc',
  'volume.port',
  'volume.port.grpc',
  'filer.port',
  'filer.port.grpc',
  's3.port.grpc',
];

/** Starts the store below `folder`; pages of `origins` may read its answers. */
export async function startSeaweedFs({ port, folder, origins }) {
  const credentials = { accessKeyId: 'demo', secretAccessKey: randomBytes(24).toString('hex') };
  const data = join(folder, 'objects');
  await mkdir(data, { recursive: true });
  const config = join(folder, 's3.json');
  await writeFile(config, JSON.stringify(identities(credentials)), { mode: 0o600 });
  const ports = await freePorts(PARTS.length);
  const parts = PARTS.map((name, index) => ({ name, port: ports[index] }));
  const service = new Service(
    'SeaweedFS',
    program('weed'),
    flags(port, parts, data, config, origins),
    { cwd: folder, env: tokenKeys() },
  );
  const url = `http://127.0.0.1:${port}`;
  try {
    await service.waitUntil(async () => (await fetch(url)).status === 403);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return { url, data, service, parts, ...credentials };
}

/**
 * Without the switches that turn HTTP off, and without tokens, the parts behind the S3 interface
 * obey everyone on this machine, and with them every web page: a bucket is deleted by one GET.
 */
function flags(port, parts, data, config, origins) {
  return [
    'server',
    `-dir=${data}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    '-filer',
    '-s3',
    `-s3.port=${port}`,
    `-s3.config=${config}`,
    `-s3.allowedOrigins=${origins.join(',')}`,
    '-disableHttp',
    '-filer.disableHttp',
    '-s3.iam=false',
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-volume.max=0',
    '-master.volumeSizeLimitMB=1024',
    '-volume.preStopSeconds=0',
    '-master.telemetry=false',
    '-s3.readerCacheSizeMB=64',
    ...parts.map(({ name, port: number }) => `-${name}=${number}`),
  ];
}

/** The keys of the tokens by which the volume server knows who may read and write. */
function tokenKeys() {
  const key = () => randomBytes(32).toString('hex');
  return { WEED_JWT_SIGNING_KEY: key(), WEED_JWT_SIGNING_READ_KEY: key() };
}

function identities({ accessKeyId, secretAccessKey }) {
  const actions = ['Admin', 'Read', 'Write', 'List'];
  return {
    identities: [
      {
        name: 'demo',
        credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
        actions,
      },
    ],
  };
}
