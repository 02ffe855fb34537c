// No files use each other in a circle, types among them: none could be read, tested or changed
// without the others.
module.exports = {
  forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }],
  options: {
    doNotFollow: 'node_modules',
    exclude: '(^|/)(build|dist|node_modules|project-[^/]*)/',
    tsPreCompilationDeps: true,
  },
};
