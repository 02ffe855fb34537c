// Saves a decrypted object to disk in constant memory: to a file that the person picks, if the
// browser has File System Access, or as a download fed by the Service Worker. If a download fails
// half way, the browser removes it; a picked file stays as it was. Browsers with neither save
// through memory.
import { fileName } from '../view/visible.mjs';
import { offer, streamsWork, withdraw } from './streams.mjs';

const MEMORY_LIMIT = 512 * 1024 * 1024;
const REVOKE_MS = 60_000;

/** Saves an opened object. Resolves when it is on disk, or when the browser has taken over. */
export async function save(opened, frame) {
  if (self.showSaveFilePicker) {
    const handle = await self.showSaveFilePicker({ suggestedName: fileName(opened.name) });
    // Bytes go to a temporary file until the stream has ended well: an error leaves nothing.
    await opened.stream(0, opened.length).pipeTo(await handle.createWritable());
    return;
  }
  if (!(await streamsWork())) return saveFromMemory(opened);
  await new Promise((resolve, reject) => {
    const key = offer({
      name: fileName(opened.name),
      type: opened.type,
      length: opened.length,
      stream: (start, end) =>
        opened.stream(start, end).pipeThrough(
          new TransformStream({
            flush() {
              withdraw(key);
              resolve();
            },
          }),
        ),
      onError: reject,
    });
    frame.src = `/files/download/${key}`;
  });
}

async function saveFromMemory(opened) {
  if (opened.length > MEMORY_LIMIT)
    throw new Error('This browser lets the page save no file as large as this one.');
  const url = URL.createObjectURL(new Blob([await opened.read(0, opened.length)]));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName(opened.name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}
