// Files from a drop or a file chooser, including those in folders. A file that cannot be read is
// reported by its name; the others go on.

/** Files that the browser is asked for at once. It hands over all answers in one task. */
const AT_ONCE = 4;
const UNREADABLE = 'This file cannot be read. It may have been moved, changed or closed to you.';
const UNREADABLE_FOLDER = 'This folder cannot be read.';

/**
 * The files of a drop as they are found, `{ file, path }`, and what cannot be read, `{ path,
 * message }`. The first is to be asked for during the event.
 */
export async function* filesOfDrop(transfer) {
  const items = Array.from(transfer.items).filter(({ kind }) => kind === 'file');
  // The items are gone after the first await: take all entries now.
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  for (const entry of entries) {
    if (entry instanceof File) yield { file: entry, path: entry.name };
    else if (entry?.isFile) yield fileOf(entry);
    else if (entry) yield* filesOfFolder(entry);
  }
}

/** All files of a chooser; a chosen folder gives their paths. */
export function filesOfInput(input) {
  const files = Array.from(input.files, (file) => ({
    file,
    path: file.webkitRelativePath || file.name,
  }));
  input.value = ''; // The same file can be chosen again.
  return files;
}

async function* filesOfFolder(folder) {
  const reader = folder.createReader();
  const inner = [];
  try {
    for (;;) {
      const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) break; // A reader gives a folder in batches; an empty one is the end.
      inner.push(...batch.filter(({ isFile }) => !isFile));
      const files = batch.filter(({ isFile }) => isFile);
      while (files.length > 0) yield* await Promise.all(files.splice(0, AT_ONCE).map(fileOf));
    }
  } catch {
    yield { path: pathOf(folder), message: UNREADABLE_FOLDER };
  }
  for (const child of inner) yield* filesOfFolder(child);
}

async function fileOf(entry) {
  const path = pathOf(entry);
  try {
    return { path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) };
  } catch {
    return { path, message: UNREADABLE };
  }
}

const pathOf = ({ fullPath }) => fullPath.replace(/^\//, '');
