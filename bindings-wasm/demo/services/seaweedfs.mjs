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
  const service = new Service(
    'SeaweedFS',
    program('weed'),
    await flags(port, data, config, origins),
    {
      cwd: folder,
    },
  );
  const url = `http://127.0.0.1:${port}`;
  try {
    await service.waitUntil(async () => (await fetch(url)).status === 403);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return { url, data, service, ...credentials };
}

async function flags(port, data, config, origins) {
  const ports = await freePorts(PARTS.length);
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
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-volume.max=0',
    '-master.volumeSizeLimitMB=1024',
    '-volume.preStopSeconds=0',
    '-master.telemetry=false',
    '-s3.readerCacheSizeMB=64',
    ...PARTS.map((name, index) => `-${name}=${ports[index]}`),
  ];
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
