// The architecture as a check: arrows go handlers -> workflow -> ports; providers implement ports, runtime wires
// them, hosts inject. `npm run check:architecture` runs it.
const nodeOnly =
  '^src/(node\\.ts|node/|providers/.*/(local|redis|sharp|nodemailer|node-hash)[^/]*\\.ts|providers/mail/nodemailer/)'

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-handlers',
      comment: 'Only the hosts, the library entry and the types of the web app may know the HTTP surface.',
      severity: 'error',
      from: {
        path: '^src',
        pathNot:
          '^src/(handlers/|index\\.ts|node|worker|ui/(account/account-api|gallery/gallery-api|darkroom/admin-api)\\.ts)',
      },
      to: { path: '^src/handlers' },
    },
    {
      name: 'workflow-is-pure',
      comment: 'The domain knows its ports only: no provider, no runtime.',
      severity: 'error',
      from: { path: '^src/workflow' },
      to: { path: '^src/(providers|runtime|handlers|ui)' },
    },
    {
      name: 'provider-imports-no-other-kind',
      comment: 'A provider implements a port; it knows neither the runtime nor a provider of another kind.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: {
        path: '^src/(providers|runtime|handlers|ui)/',
        pathNot: ['^src/providers/$1/', '^src/ports/'],
      },
    },
    {
      name: 'provider-imports-no-sibling-driver',
      comment: 'Each driver stands alone: dropbox.ts may use dropbox/*, never s3.ts.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/([a-z0-9]+)' },
      to: { path: '^src/providers/$1/', pathNot: '^src/providers/$1/$2' },
    },
    {
      name: 'handlers-use-ports-only',
      severity: 'error',
      from: { path: '^src/handlers' },
      to: { path: '^src/(providers|ui)' },
    },
    {
      name: 'web-standards-only',
      comment:
        'What runs in both hosts uses web-standard APIs; Node lives in files that only src/node.ts loads.',
      severity: 'error',
      from: { path: '^src', pathNot: [nodeOnly, '^src/ui/build'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'node-only-files-are-loaded-by-the-node-host',
      severity: 'error',
      from: { path: '^src', pathNot: nodeOnly },
      to: { path: nodeOnly },
    },
    {
      name: 'leaves-import-no-folder',
      comment: 'What lies in base/ may be used by every layer and knows none.',
      severity: 'error',
      from: { path: '^src/base/' },
      to: { path: '^src/', pathNot: '^src/base/' },
    },
    {
      name: 'product-does-not-import-tools',
      severity: 'error',
      from: { path: '^(src|orchestrator)' },
      to: { path: '^(dev|test|bench|soak|scripts)/' },
    },
    {
      name: 'src-does-not-import-the-orchestrator',
      comment:
        'They speak over HTTP. The orchestrator may use the schemas of the contract and small mechanisms without state.',
      severity: 'error',
      from: { path: '^src' },
      to: { path: '^orchestrator' },
    },
    {
      name: 'orchestrator-shares-only-the-contract',
      severity: 'error',
      from: { path: '^orchestrator' },
      to: {
        path: '^src',
        pathNot: '^src/(contract/|runtime/limits/rate-limit\\.ts|base/(text-edges|bounded-body)\\.ts)',
      },
    },
    {
      name: 'production-dependencies-only',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/ui' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '@cloudflare/workers-types' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^cloudflare:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
