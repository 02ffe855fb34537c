// The few pieces of XML in a store's answers.

/** All text values of `tag` in an answer of the store, in order. */
export function xmlValues(xml, tag) {
  const found = xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'));
  return Array.from(found, ([, value]) => decodeEntities(value));
}

/** The content of each element `tag`. */
export const xmlElements = (xml, tag) =>
  Array.from(xml.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs')), ([, content]) => content);

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    decimal
      ? String.fromCodePoint(Number(decimal))
      : hex
        ? String.fromCodePoint(parseInt(hex, 16))
        : (ENTITIES[name] ?? ''),
  );
}
