// Files beside the script. Bundlers see them where `new URL('./name', import.meta.url)` is written out.

/**
 * Vite's server for development moves scripts into a folder of its own, and version 7 leaves behind what is beside them.
 * Files of packages are served from where they are: this is the package's folder then, and undefined everywhere else.
 */
export const PACKAGE_FOLDER = /^(.*\/node_modules\/)\..*\/deps\/[^/]*$/
  .exec(import.meta.url)?.[1]
  ?.concat('sealwax/dist/');
