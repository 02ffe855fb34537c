// Helpers that build the page. Text goes in as text nodes only; no HTML is ever parsed.

/** The element with `id`. */
export const byId = (id) => document.getElementById(id);

/** An element with properties (or `data-`, `aria-` and `role` attributes) and children. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(data-|aria-|role$|scope$|for$)/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

/** A button that does `action`. */
export function button(text, action, properties = {}) {
  return el('button', { type: 'button', textContent: text, onclick: action, ...properties });
}

/** Says `text` to people who listen to the page. */
export function announce(text) {
  byId('announcer').textContent = text;
}

/** A table of names and values. */
export const facts = (rows, caption) => table(undefined, rows, caption);

/** A table with the names of its columns; the first cell of a row names the row. */
export function table(columns, rows, caption) {
  const head =
    columns &&
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        ...columns.map((title) =>
          title === '' ? el('td') : el('th', { scope: 'col', textContent: title }),
        ),
      ),
    );
  const body = rows.map(([name, ...values]) =>
    el('tr', {}, el('th', { scope: 'row' }, name), ...values.map((value) => el('td', {}, value))),
  );
  const title = el('caption', { className: 'sr', textContent: caption });
  return el('table', { className: 'facts' }, title, head, el('tbody', {}, ...body));
}

/** `bytes` as lines of offset, hexadecimal and text, as in hexdump; `width` bytes to a line. */
export function hexDump(bytes, width = 16) {
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    const row = Array.from(bytes.subarray(offset, offset + width));
    const hex = row
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ')
      .padEnd(3 * width - 1);
    const text = row
      .map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·'))
      .join('');
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${hex}  ${text}`);
  }
  return el('pre', { className: 'hex', tabIndex: 0, textContent: lines.join('\n') });
}
