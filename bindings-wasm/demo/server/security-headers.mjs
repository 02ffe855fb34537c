// The headers of every response.
//
// `'wasm-unsafe-eval'` allows compiling WebAssembly and nothing else. `connect-src` names the store
// and the key service, so an injected script could send data nowhere else. `blob:` in img-src and
// media-src shows decrypted content. The download frame is the page's own Service Worker, hence
// frame-src 'self'.

/** The headers for a page that may talk to `origins` besides its own. */
export function securityHeaders(origins, secure) {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'style-src': "'self'",
    'img-src': "'self' blob:",
    'media-src': "'self' blob:",
    'connect-src': ["'self'", ...origins].join(' '),
    'worker-src': "'self'",
    'frame-src': "'self'",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'self'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'sealwax',
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map((rule) => rule.join(' '))
      .join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
}
