// The page's only Trusted Types policy: worker scripts from the page's own origin.
const policy = self.trustedTypes?.createPolicy('sealwax', {
  createScriptURL(path) {
    const url = new URL(path, self.location.origin);
    if (url.origin !== self.location.origin) throw new TypeError('a script of another site');
    return url.href;
  },
});

/** The URL of one of the page's own scripts, for `Worker` and `serviceWorker.register`. */
export const scriptUrl = (path) => policy?.createScriptURL(path) ?? path;
