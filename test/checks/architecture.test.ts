/** Plants imports in a small tree and reads which rules of .dependency-cruiser.cjs find them. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ESLint } from 'eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { project } from '../../scripts/deployment.ts'

/** Wrong imports by rule: an importing file, and a module that it must not import. Circles need two files and follow below. */
const wrong: Readonly<Record<string, Imports>> = {
  'base-imports-lower-rooms': [['src/base/time.ts', 'src/contract/host.ts']],
  'contract-imports-lower-rooms': [['src/contract/host.ts', 'src/ports/storage.ts']],
  'openid-imports-lower-rooms': [['src/openid/oidc-client.ts', 'src/runtime/sign-in/sign-in.ts']],
  'ports-imports-lower-rooms': [['src/ports/storage.ts', 'src/workflow/publish.ts']],
  'workflow-imports-lower-rooms': [
    ['src/workflow/publish.ts', 'src/providers/storage/s3.ts'],
    ['src/workflow/publish.ts', 'src/runtime/services.ts'],
  ],
  'providers-imports-lower-rooms': [
    ['src/providers/storage/s3.ts', 'src/workflow/publish.ts'],
    ['src/providers/storage/s3.ts', 'src/runtime/tenancy/config-cache.ts'],
    ['src/providers/storages.ts', 'src/runtime/services.ts'],
    ['src/providers/mail/nodemailer.ts', 'src/node/process.ts'],
  ],
  'runtime-imports-lower-rooms': [
    ['src/runtime/tenancy/config-cache.ts', 'src/providers/storage/s3.ts'],
    ['src/runtime/services.ts', 'src/handlers/app.ts'],
  ],
  'jobs-imports-lower-rooms': [
    ['src/jobs/publish-next.ts', 'src/handlers/app.ts'],
    ['src/jobs/publish-next.ts', 'src/providers/storages.ts'],
  ],
  'handlers-imports-lower-rooms': [
    ['src/handlers/routes/images.ts', 'src/providers/storage/s3.ts'],
    ['src/handlers/app.ts', 'src/index.ts'],
  ],
  'node-imports-lower-rooms': [
    ['src/node/process.ts', 'src/node.ts'],
    ['src/node/process.ts', 'src/ui/main.tsx'],
  ],
  'node-ts-imports-lower-rooms': [['src/node.ts', 'src/worker.ts']],
  'worker-ts-imports-lower-rooms': [['src/worker.ts', 'src/index.ts']],
  'index-ts-imports-lower-rooms': [['src/index.ts', 'src/providers/storage/s3.ts']],
  'ports-ts-imports-lower-rooms': [['src/ports.ts', 'src/base/time.ts']],
  'ui-imports-lower-rooms': [['src/ui/main.tsx', 'src/runtime/services.ts']],
  'runtime-rooms-know-no-wiring': [['src/runtime/tenancy/config-cache.ts', 'src/runtime/services.ts']],
  'provider-imports-no-other-kind': [
    ['src/providers/storage/s3.ts', 'src/providers/mail/nodemailer.ts'],
    ['src/providers/storage/s3.ts', 'src/providers/storages.ts'],
  ],
  'provider-imports-no-sibling': [
    ['src/providers/storage/s3.ts', 'src/providers/storage/dropbox.ts'],
    ['src/providers/storage/s3.ts', 'src/providers/storage/s3compatible.ts'],
  ],
  'web-standards-only': [
    ['src/workflow/publish.ts', 'node:fs'],
    ['src/providers/storage/s3.ts', 'fs'],
    ['src/worker.ts', 'node:http'],
  ],
  'node-only-files-stay-with-node': [
    ['src/providers/storages.ts', 'src/providers/storage/local.ts'],
    ['src/worker.ts', 'src/providers/images/sharp.ts'],
  ],
  'orchestrator-imports-contract-and-base': [
    ['orchestrator/main.ts', 'src/ports/storage.ts'],
    ['orchestrator/main.ts', 'src/node.ts'],
  ],
  'contract-of-orchestrator-imports-contract': [
    ['orchestrator/contract/app.ts', 'orchestrator/registry/file.ts'],
    ['orchestrator/contract/app.ts', 'orchestrator/server.ts'],
    ['orchestrator/contract/conformance/run.ts', 'src/base/time.ts'],
  ],
  'src-imports-no-orchestrator': [['src/node/process.ts', 'orchestrator/main.ts']],
  'product-imports-no-tools': [
    ['src/node/process.ts', 'dev/demo.ts'],
    ['orchestrator/main.ts', 'scripts/build.ts'],
  ],
  'production-dependencies-only': [
    ['src/workflow/publish.ts', 'vitest'],
    ['orchestrator/main.ts', 'vitest'],
  ],
  'dependencies-are-declared': [
    ['src/workflow/publish.ts', 'lru-cache'],
    ['dev/demo.ts', 'lru-cache'],
  ],
  'imports-resolve': [['src/workflow/publish.ts', 'src/workflow/absent.ts']],
}

/** Imports of values that no rule forbids. */
const right: Imports = [
  ['src/contract/host.ts', 'src/base/time.ts'],
  ['src/ports/storage.ts', 'src/contract/host.ts'],
  ['src/workflow/publish.ts', 'src/ports/storage.ts'],
  ['src/workflow/publish.ts', 'zod'],
  ['src/providers/storage/s3.ts', 'src/ports/storage.ts'],
  ['src/providers/storage/s3.ts', 'src/providers/storage/s3/client.ts'],
  ['src/providers/storage/local.ts', 'node:fs'],
  ['src/providers/storages.ts', 'src/providers/storage/s3.ts'],
  ['src/runtime/tenancy/config-cache.ts', 'src/runtime/limits/slots.ts'],
  ['src/runtime/tenancy/config-cache.ts', 'src/workflow/publish.ts'],
  ['src/runtime/services.ts', 'src/runtime/tenancy/config-cache.ts'],
  ['src/jobs/publish-next.ts', 'src/runtime/services.ts'],
  ['src/handlers/app.ts', 'src/jobs/publish-next.ts'],
  ['src/node/process.ts', 'src/providers/storage/local.ts'],
  ['src/node.ts', 'src/node/process.ts'],
  ['src/worker.ts', 'src/providers/storages.ts'],
  ['src/index.ts', 'src/handlers/app.ts'],
  ['src/ports.ts', 'src/ports/storage.ts'],
  ['src/ui/main.tsx', 'src/base/time.ts'],
  ['src/ui/main.tsx', 'vitest'],
  ['orchestrator/main.ts', 'src/contract/host.ts'],
  ['orchestrator/main.ts', 'src/base/time.ts'],
  ['orchestrator/registry/file-plane.ts', 'orchestrator/contract/ports.ts'],
  ['orchestrator/contract/app.ts', 'orchestrator/contract/ports.ts'],
  ['orchestrator/contract/conformance/run.ts', 'src/contract/host.ts'],
  ['dev/demo.ts', 'src/node.ts'],
]

type Kind = 'value' | 'type'
type Imports = readonly (readonly [from: string, to: string])[]

interface Violation {
  from: string
  to: string
  rule: { name: string }
}

const circles: Imports = [
  ['src/workflow/ledger.ts', 'src/workflow/ledger/record.ts'],
  ['src/workflow/ledger/record.ts', 'src/workflow/ledger.ts'],
]
/** Circle of two rooms that is not a circle of files. */
const roomCircle: Imports = [
  ['src/runtime/sealing/keys.ts', 'src/runtime/telemetry/log.ts'],
  ['src/runtime/telemetry/spans.ts', 'src/runtime/sealing/store.ts'],
]
/** Modules whose types the web app may use, but not their values. */
const forTypesOnly: Imports = [
  ['src/ui/main.tsx', 'src/handlers/schemas.ts'],
  ['src/ui/main.tsx', 'src/ports/storage.ts'],
  ['src/ui/main.tsx', 'src/workflow/publish.ts'],
  ['src/ui/main.tsx', 'src/base/retry.ts'],
]
/** Modules that would bring a package or a room into the page. */
const beneathLeaves: Imports = [
  ['src/base/time.ts', 'zod'],
  ['src/base/time.ts', 'src/base/variables.ts'],
  ['src/workflow/captions/fit.ts', 'src/ports/storage.ts'],
]

const trees = await mkdtemp(join(tmpdir(), 'publisher-architecture-'))
afterAll(() => rm(trees, { recursive: true, force: true }))

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** Returns the file's statements, with paths relative to the file. */
function source(from: string, targets: readonly string[], kind: Kind): string {
  const up = '../'.repeat(from.split('/').length - 1)
  const imports = targets.map((to, index) => {
    const specifier = /^(src|orchestrator|dev|scripts)\//.test(to) ? up + to : to
    return kind === 'type'
      ? `import type { X as T${index} } from '${specifier}'\nexport type U${index} = T${index}\n`
      : `import { x as v${index} } from '${specifier}'\nexport const w${index} = v${index}\n`
  })
  return `export const x = 1\nexport type X = number\n${imports.join('')}`
}

/** Writes a project with these imports and gives the violations that dependency-cruiser finds with the real rules. */
async function violations(imports: Imports, kind: Kind): Promise<readonly Violation[]> {
  const tree = await mkdtemp(join(trees, `${kind}-`))
  const declared = { dependencies: { zod: '*' }, devDependencies: { vitest: '*' } }
  await write(join(tree, 'package.json'), JSON.stringify({ type: 'module', ...declared }))
  for (const name of ['zod', 'vitest', 'lru-cache']) {
    await write(join(tree, 'node_modules', name, 'package.json'), JSON.stringify({ name, main: 'index.js' }))
    await write(join(tree, 'node_modules', name, 'index.js'), '')
  }
  const files = new Map<string, string[]>()
  for (const [from, to] of imports) {
    files.set(from, [...(files.get(from) ?? []), to])
    const isModule = /^(src|orchestrator|dev|scripts)\//.test(to) && !to.endsWith('absent.ts')
    if (isModule) files.set(to, files.get(to) ?? [])
  }
  for (const [from, targets] of files) await write(join(tree, from), source(from, targets, kind))
  const folders = [...new Set([...files.keys()].map((name) => name.split('/', 1).join()))]
  const json = await cruise(tree, folders)
  const { summary }: { summary: { violations: Violation[] } } = JSON.parse(json)
  return summary.violations
}

/** Returns the report. Ignores the exit code, since the tests expect violations. */
function cruise(tree: string, folders: readonly string[]): Promise<string> {
  const program = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const config = join(project, '.dependency-cruiser.cjs')
  const options = { cwd: tree, maxBuffer: 2 ** 26 }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, '--config', config, '--output-type', 'json', ...folders],
      options,
      (_error, stdout) => resolve(stdout),
    )
  })
}

function namesModule(reported: string, module: string): boolean {
  return (
    reported === module || reported.endsWith(`/${module}`) || reported.startsWith(`node_modules/${module}/`)
  )
}

const cases = Object.entries(wrong).flatMap(([rule, imports]) =>
  imports.map(([from, to]) => [rule, from, to] as const),
)
const planted = [...Object.values(wrong).flat(), ...circles, ...roomCircle]

describe.each(['value', 'type'] as const)('the check of the architecture, with imports of a %s', (kind) => {
  let found: readonly Violation[] = []
  beforeAll(async () => {
    found = await violations(planted, kind)
  })

  /** Returns the broken rules. A missing module keeps the relative path of its import. */
  function rulesAgainst(from: string, to: string): string[] {
    return found
      .filter((violation) => violation.from === from && namesModule(violation.to, to))
      .map(({ rule }) => rule.name)
  }

  it.each(cases)('reports %s when %s imports %s', (rule, from, to) => {
    expect(rulesAgainst(from, to.replace('node:', ''))).toContain(rule)
  })

  it('reports no-circle when two files import each other', () => {
    // A circle is reported once, at one of its files.
    const reported = circles.flatMap(([from, to]) => rulesAgainst(from, to))
    expect(reported).toEqual(['no-circle'])
  })

  it('reports no-circle-of-rooms when two rooms of the runtime import each other', () => {
    const [room, other] = ['src/runtime/sealing', 'src/runtime/telemetry']
    expect(rulesAgainst(room, other)).toEqual(['no-circle-of-rooms'])
    expect(rulesAgainst(other, room)).toEqual(['no-circle-of-rooms'])
    for (const [from, to] of roomCircle) expect(rulesAgainst(from, to)).toEqual([])
  })

  it('reports nothing when every import follows the rules', async () => {
    expect(await violations(right, kind)).toEqual([])
  })
})

it('lets the web app use types of modules that it must not load', async () => {
  expect(await violations(forTypesOnly, 'type')).toEqual([])
  const loaded = await violations(forTypesOnly, 'value')
  expect(loaded.map(({ rule, from, to }) => `${rule.name}: ${from} ${to}`).toSorted()).toEqual(
    forTypesOnly.map(([from, to]) => `browser-loads-leaves-only: ${from} ${to}`).toSorted(),
  )
})

it('lets leaves for browsers use types of modules that they must not load', async () => {
  expect(await violations(beneathLeaves, 'type')).toEqual([])
  const loaded = await violations(beneathLeaves, 'value')
  expect(loaded.map(({ rule }) => rule.name)).toEqual(
    beneathLeaves.map(() => 'leaves-for-browsers-load-leaves'),
  )
})

it('refuses an inline type import, which dependency-cruiser does not see', async () => {
  const source = "export type X = import('../providers/storage/s3.ts').Store\n"
  const [result] = await new ESLint().lintText(source, { filePath: 'src/workflow/planted.ts' })
  expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['no-restricted-syntax'])
})

it('plants a wrong import for each rule', () => {
  const { forbidden }: { forbidden: { name: string }[] } = createRequire(import.meta.url)(
    join(project, '.dependency-cruiser.cjs'),
  )
  const others = [
    'no-circle',
    'no-circle-of-rooms',
    'browser-loads-leaves-only',
    'leaves-for-browsers-load-leaves',
  ]
  expect(forbidden.map(({ name }) => name).sort()).toEqual([...Object.keys(wrong), ...others].sort())
})
