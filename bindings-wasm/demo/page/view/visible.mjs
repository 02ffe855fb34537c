// Makes foreign text safe to read: names, types, fields of headers. Characters that are invisible,
// or that change the direction of text, appear as escapes: `photo\u{202e}gnp.exe`, not
// `photoexe.png`.

// Backslashes, controls, surrogates without a partner, line and paragraph separators, the blank of
// Braille, annotations; and all that fonts ignore: direction marks, zero-width space, fillers, tags.
// Joiners and the two selectors of emoji stay: languages and emoji are written with them.
const HIDDEN =
  /[\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u2800\ufff9-\ufffb]|(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;

/** `text` with each such character, and each backslash, written out. */
export function visible(text) {
  return String(text).replace(HIDDEN, (character) =>
    character === '\\' ? '\\\\' : `\\u{${character.codePointAt(0).toString(16)}}`,
  );
}

/**
 * A name for a file on disk: without such characters, and without what file systems take for a
 * path.
 */
export function fileName(text) {
  const name = String(text)
    .replace(HIDDEN, '_')
    .replace(/[/:*?"<>|]/g, '_');
  // Not by `slice`: half a character is no text, and encoding it for a download would fail.
  return Array.from(name).slice(0, 200).join('') || 'file';
}
