// Decrypted to disk in constant memory: through a file that the person picked where the browser has
// that (File System Access), else as a download that the Service Worker feeds. A download that fails
// half way is removed by the browser; a picked file is left as it was.
import { offer, withdraw } from './streams.mjs';

/** Saves an opened object. Resolves when it is on disk, or when the browser has taken over. */
export async function save(opened, frame) {
  if (self.showSaveFilePicker) {
    const handle = await self.showSaveFilePicker({ suggestedName: opened.name });
    // Bytes go to a temporary file until the stream has ended well: an error leaves nothing.
    await opened.stream(0, opened.length).pipeTo(await handle.createWritable());
    return;
  }
  await new Promise((resolve, reject) => {
    const key = offer({
      name: opened.name,
      type: opened.type,
      length: opened.length,
      stream: (start, end) => opened.stream(start, end).pipeThrough(new TransformStream({
        flush() {
          withdraw(key);
          resolve();
        },
      })),
      onError: reject,
    });
    frame.src = `/files/download/${key}`;
  });
}
