// The results as rows with their targets: cells between tabs, of which `cargo xtask bench` makes columns.

const MIB = 2 ** 20;
const rate = (mib, ms) => (mib * MIB) / ms / 1000; // MB/s
const megabytes = (value) => `${value.toFixed(0)} MB/s`;
const kilobytes = ({ gzip }) => `${(gzip / 1000).toFixed(1)} kB`;
const row = (...cells) => cells.join('\t');
const met = (is) => (is ? 'yes' : 'no');

/** A speed against a limit: at least this part of it, where there is a target. */
function ratioRow(what, mib, ours, [limit, theirs], target) {
  const ratio = theirs / ours;
  const judged = target === undefined ? ['', ''] : [`>= ${target}`, met(ratio >= target)];
  return row(
    what,
    megabytes(rate(mib, ours)),
    `${megabytes(rate(mib, theirs))}, ${limit}`,
    ratio.toFixed(2),
    ...judged,
  );
}

function blobRows({ encrypt, decrypt }, { mib }) {
  const bare = 'a bare loop of WebCrypto over chunks read from the Blob';
  const keeping = 'the same loop, its results made a Blob';
  return [
    ratioRow(
      `encrypt a ${mib} MiB Blob to a Blob, WebCrypto, in a worker`,
      mib,
      encrypt.sealwax,
      [bare, encrypt.bare],
      0.8,
    ),
    ratioRow('the same', mib, encrypt.sealwax, [keeping, encrypt.keeping]),
    ratioRow('decrypt it', mib, decrypt.sealwax, [bare, decrypt.bare], 0.8),
    ratioRow('the same', mib, decrypt.sealwax, [keeping, decrypt.keeping]),
  ];
}

function wasmRows({ encrypt, decrypt }, { mib }) {
  const limit = 'bare aes-gcm in WebAssembly';
  return [
    ratioRow(
      `encrypt ${mib} MiB, the engine in WebAssembly`,
      mib,
      encrypt.sealwax,
      [limit, encrypt.bare],
      0.95,
    ),
    ratioRow('decrypt them', mib, decrypt.sealwax, [limit, decrypt.bare], 0.95),
  ];
}

/** Against a peer: faster. */
function peerRows(method, { sealwax, ...peers }, { mib }) {
  return Object.entries(peers).map(([name, ms]) => {
    const ratio = ms / sealwax;
    return row(
      `${method} ${mib} MiB in memory`,
      megabytes(rate(mib, sealwax)),
      `${megabytes(rate(mib, ms))}, ${name}`,
      ratio.toFixed(2),
      '> 1',
      met(ratio > 1),
    );
  });
}

function smallRows({ cached, encryptor }) {
  const one = (what, value) =>
    row(
      what,
      `${Math.round(value).toLocaleString('en')} /s`,
      '',
      '',
      '>= 10,000 /s',
      met(value >= 10_000),
    );
  return [
    one('encrypt 1 KiB, `encrypt` with a `CachingProvider`', cached),
    one('encrypt 1 KiB, `createEncryptor`', encryptor),
  ];
}

/** A page that keeps its frames. */
function framesRow({ rest, busy }, { mib }) {
  const figure = ({ perSecond, longest }) =>
    `${perSecond.toFixed(1)} /s, the longest ${longest.toFixed(0)} ms`;
  const ratio = busy.perSecond / rest.perSecond;
  return row(
    `frames of a page while its worker encrypts ${mib} MiB`,
    figure(busy),
    `${figure(rest)}, at rest`,
    ratio.toFixed(2),
    '>= 0.95',
    met(ratio >= 0.95),
  );
}

function shippedRows({ Sealwax: ours, ...peers }) {
  return Object.entries(peers).map(([name, size]) =>
    row(
      'shipped by a page that encrypts a file, gzipped',
      kilobytes(ours),
      `${kilobytes(size)}, ${name}`,
      (ours.gzip / size.gzip).toFixed(2),
      '< 1',
      met(ours.gzip < size.gzip),
    ),
  );
}

export function table(results, shipped, sizes) {
  return [
    row('what', 'Sealwax', 'against, same run', 'ratio', 'target', 'met'),
    ...blobRows(results.blobs, sizes.blobs),
    ...wasmRows(results.wasm, sizes.wasm),
    ...peerRows('encrypt', results.peers.encrypt, sizes.peers),
    ...peerRows('decrypt', results.peers.decrypt, sizes.peers),
    ...smallRows(results.small),
    framesRow(results.frames, sizes.frames),
    row(
      'from the import to the first byte encrypted, warm cache',
      `${results.import.toFixed(1)} ms`,
      '',
      '',
      '< 50 ms',
      met(results.import < 50),
    ),
    ...shippedRows(shipped),
  ].join('\n');
}
