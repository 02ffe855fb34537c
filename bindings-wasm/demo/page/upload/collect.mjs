// Files from a drop or a file chooser, folders walked through. What cannot be read is named, and the others go on.

const UNREADABLE = 'This file cannot be read. It may have been moved, changed or closed to you.';
const UNREADABLE_FOLDER = 'This folder cannot be read.';

/**
 * All files of a drop, as `{ file, path }`, and what cannot be read, as `{ path, message }`. Must be called during the
 * event.
 */
export async function filesOfDrop(transfer) {
  const items = Array.from(transfer.items).filter(({ kind }) => kind === 'file');
  // The items are gone after the first await: take all entries now.
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path: entry.name });
    else if (entry) await walk(entry, found);
  }
  return found;
}

/** All files of a chooser; a chosen folder gives their paths. */
export function filesOfInput(input) {
  const files = Array.from(input.files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
  input.value = ''; // The same file can be chosen again.
  return files;
}

async function walk(entry, found) {
  const path = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isFile) found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    else for (const child of await childrenOf(entry)) await walk(child, found);
  } catch {
    found.push({ path, message: entry.isFile ? UNREADABLE : UNREADABLE_FOLDER });
  }
}

/** A reader gives a folder in batches; an empty one is the end. */
async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return children;
    children.push(...batch);
  }
}
