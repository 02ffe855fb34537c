// Makes foreign text safe to read: names, types, fields of headers. Characters that are invisible,
// or that change the direction of text, appear as escapes: `photo\u{202e}gnp.exe`, not
// `photoexe.png`.

// Controls, surrogates without a partner, line and paragraph separators; direction marks,
// embeddings and isolates; zero-width space and joiners of words, byte order mark, soft hyphen,
// variation selectors' supplement and tags.
const HIDDEN =
  /[\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

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
