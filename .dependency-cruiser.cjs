/**
 * Checks the arrows of docs/architecture.md: `npm run check:architecture`. Types count as imports.
 * test/checks/architecture.test.ts plants a wrong import for each rule.
 */

/** Folders (with `/`) and entries of src/, each with the folders that it may import besides its own. */
const rooms = {
  'base/': [],
  'contract/': ['base/'],
  'ports/': ['base/', 'contract/'],
  'openid/': ['base/', 'contract/'],
  'workflow/': ['base/', 'contract/', 'ports/'],
  'providers/': ['base/', 'contract/', 'ports/'],
  'runtime/': ['base/', 'contract/', 'openid/', 'ports/', 'workflow/'],
  'jobs/': ['base/', 'contract/', 'ports/', 'workflow/', 'runtime/'],
  'handlers/': ['base/', 'contract/', 'openid/', 'ports/', 'workflow/', 'runtime/', 'jobs/'],
  'ui/': ['base/', 'contract/', 'ports/', 'workflow/', 'handlers/'],
  'node/': [
    'base/',
    'contract/',
    'openid/',
    'ports/',
    'workflow/',
    'providers/',
    'runtime/',
    'jobs/',
    'handlers/',
  ],
  'node.ts': [
    'base/',
    'contract/',
    'ports/',
    'workflow/',
    'providers/',
    'runtime/',
    'jobs/',
    'handlers/',
    'node/',
  ],
  'worker.ts': ['base/', 'contract/', 'ports/', 'workflow/', 'providers/', 'runtime/', 'jobs/', 'handlers/'],
  'index.ts': ['base/', 'contract/', 'ports/', 'runtime/', 'jobs/', 'handlers/'],
  'ports.ts': ['ports/'],
}

/**
 * Leaves that the web app may load: those of base/ that load no package, and a few of the workflow. Of other modules it takes types only,
 * or the browser would load schemas and vendors' code.
 */
const leavesForBrowsers = [
  '^src/base/(?!((endpoint-guard|retry|variables)\\.ts$|sealing/))',
  '^src/workflow/(captions/|name-search\\.ts|thumbnail/picture-sources\\.ts)',
]

/** Files that need Node. */
const nodeOnly = '^src/(node\\.ts|node/|providers/.*/(local|redis|sharp|node-hash)[^/]*\\.ts)'

/** Files that use Node's modules and run on both hosts, since Workers have those modules too. */
const nodeModulesOnBothHosts = '^src/providers/mail/nodemailer(\\.ts|/)'

const pattern = (name) => `^src/${name.replaceAll('.', '\\.')}`

const arrows = Object.entries(rooms).map(([room, lower]) => ({
  name: `${room.replace(/\W/g, '-').replace(/-$/, '')}-imports-lower-rooms`,
  comment: `src/${room} may import ${lower.length > 0 ? lower.join(', ') : 'no other folder'}.`,
  from: { path: pattern(room) },
  to: { path: '^src/', pathNot: [room, ...lower].map(pattern) },
}))

const rules = [
  ...arrows,
  { name: 'no-circle', from: {}, to: { circular: true } },
  {
    name: 'no-circle-of-rooms',
    comment: 'The rooms of src/runtime/ are layers, too: none imports a room that imports it.',
    scope: 'folder',
    from: { path: '^src/runtime/[^/]+$' },
    to: { path: '^src/runtime/[^/]+$', circular: true },
  },
  {
    name: 'runtime-rooms-know-no-wiring',
    comment: 'The files beside the rooms put them together; a room never imports them.',
    from: { path: '^src/runtime/[^/]+/' },
    to: { path: '^src/runtime/[^/]+$' },
  },
  {
    name: 'provider-imports-no-other-kind',
    comment: 'A provider implements one port. It knows neither another kind nor the registries.',
    from: { path: '^src/providers/([^/]+)/' },
    to: { path: '^src/providers/', pathNot: '^src/providers/$1/' },
  },
  {
    name: 'provider-imports-no-sibling',
    comment: 'Each driver stands alone: dropbox.ts may import dropbox/*, never s3.ts.',
    from: { path: '^src/providers/([^/]+)/([a-z0-9]+)' },
    to: { path: '^src/providers/$1/', pathNot: '^src/providers/$1/$2([-./])' },
  },
  {
    name: 'browser-loads-leaves-only',
    from: { path: '^src/ui/' },
    to: { path: '^src/', pathNot: ['^src/ui/', ...leavesForBrowsers], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'leaves-for-browsers-load-leaves',
    comment:
      'A leaf that loads a package, or a room that does, brings it into the page. Name such a leaf in the table above.',
    from: { path: leavesForBrowsers },
    to: { pathNot: leavesForBrowsers, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'web-standards-only',
    comment:
      'Code of both hosts uses web-standard APIs. Mail is the exception, because they have no sockets.',
    from: { path: '^src/', pathNot: [nodeOnly, nodeModulesOnBothHosts] },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'node-only-files-stay-with-node',
    comment: 'Only the Node host loads what needs Node.',
    from: { path: '^src/', pathNot: nodeOnly },
    to: { path: nodeOnly },
  },
  {
    name: 'orchestrator-imports-contract-and-base',
    comment:
      'The two programs speak over HTTP. They share the schemas of what they say, leaves such as the guard of endpoints, the sign-in protocol, the fetch of Node that the guard protects, and the client of mail servers.',
    from: { path: '^orchestrator/' },
    to: {
      path: '^src/',
      pathNot: [
        '^src/(contract|base|openid)/',
        '^src/node/(guarded-fetch|public-lookup|compile-cache)\\.ts$',
        '^src/(providers/mail/nodemailer|ports/mail)\\.ts$',
      ],
    },
  },
  {
    name: 'contract-of-orchestrator-imports-contract',
    comment:
      'Calls and checks of the contract reach tenants, tokens and the audit log through ports.ts. They know neither files nor a database.',
    from: { path: '^orchestrator/contract/' },
    to: { path: '^(src|orchestrator)/', pathNot: '^(src|orchestrator)/contract/' },
  },
  { name: 'src-imports-no-orchestrator', from: { path: '^src/' }, to: { path: '^orchestrator/' } },
  {
    name: 'product-imports-no-tools',
    from: { path: '^(src|orchestrator)/' },
    to: { path: '^(dev|test|bench|soak|scripts)/' },
  },
  {
    name: 'production-dependencies-only',
    comment: 'The web app is built before it is deployed, so it may use development dependencies.',
    from: { path: '^(src|orchestrator)/', pathNot: '^src/ui/' },
    to: { dependencyTypes: ['npm-dev'], pathNot: '@cloudflare/workers-types' },
  },
  {
    name: 'dependencies-are-declared',
    comment: 'A package that only happens to be installed is missing after the next update.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  { name: 'imports-resolve', from: {}, to: { couldNotResolve: true, pathNot: '^cloudflare:' } },
]

module.exports = {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // swc keeps `import type`, which counts. The warning about TypeScript 7 concerns the other parser.
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
