// The same worker without encryption, to compare with: same parts, same requests.
import { serveJobs } from '/upload/serve.mjs';

const PART_SIZE = 8 * 1024 * 1024;

serveJobs((file) => ({
  header: new Uint8Array(1),
  size: file.size,
  partCount: Math.max(1, Math.ceil(file.size / PART_SIZE)),
  part: async (index) => file.slice(index * PART_SIZE, (index + 1) * PART_SIZE),
}));
