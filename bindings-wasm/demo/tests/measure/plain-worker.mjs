// The same worker without encryption, to compare with: same parts, same requests. The header is
// that of an empty file, which the backend takes like any other.
import { sealFile } from '/lib/envelope.mjs';
import { serveJobs } from '/upload/worker-commands.mjs';

const PART_SIZE = 8 * 1024 * 1024;

serveJobs(async (backend, file, path, object) => ({
  header: (await sealFile(backend, new File([], file.name), path, object)).header,
  size: file.size,
  partCount: Math.max(1, Math.ceil(file.size / PART_SIZE)),
  part: async (index) => file.slice(index * PART_SIZE, (index + 1) * PART_SIZE),
}));
