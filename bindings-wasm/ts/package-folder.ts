// The location of the package's files. Bundlers find them through a literal `new URL('./name',
// import.meta.url)`.

/**
 * Vite's dev server moves scripts to a folder of its own, and version 7 leaves the files beside
 * them behind. Vite also serves packages from their own folders: this is the package's folder
 * there, and undefined everywhere else.
 */
export const PACKAGE_FOLDER = /^(.*\/node_modules\/)\..*\/deps\/[^/]*$/
  .exec(import.meta.url)?.[1]
  ?.concat('sealwax/dist/');
