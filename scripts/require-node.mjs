// Loaded before every program of this package: fails clearly on a Node that cannot run it. The npm package
// `node` (a devDependency) puts Node 24 on the PATH of npm scripts. If its install script is denied, the
// system's own Node runs instead.
const needed = 24
const major = Number.parseInt(process.versions.node, 10)
if (major < needed) {
  process.stderr.write(
    `Publisher needs Node ${needed} or newer, this is ${process.versions.node} (${process.execPath}).\n` +
      'Run it through npm scripts after `npm ci` with install scripts allowed for the package `node`, or install Node 24.\n',
  )
  process.exit(1)
}
