// Files from a drop or a file chooser, folders walked through.

/** All files of a drop, as `{ file, path }`. Must be called during the event. */
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
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, '') });
    return;
  }
  const reader = entry.createReader();
  // A reader gives a folder in batches; an empty one is the end.
  for (let batch = await readBatch(reader); batch.length > 0; batch = await readBatch(reader)) {
    for (const child of batch) await walk(child, found);
  }
}

function readBatch(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
