import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { checks } from '../../orchestrator/contract/conformance/checks.ts'
import { runChecks } from '../../orchestrator/contract/conformance/run.ts'
import { createToken } from '../../orchestrator/tokens/changes.ts'
import { databaseKinds } from '../support/fixtures/databases.ts'
import { start } from '../support/fixtures/program.ts'
import { primary, type Reference } from '../support/fixtures/reference-orchestrator.ts'
import { keysOfTest, planeKinds, referencesOn } from '../support/fixtures/reference-planes.ts'

const timing = 'takes the same time for an unknown and a suspended host'

const subjectOf = ({ app }: Reference) => ({
  baseUrl: 'http://orchestrator.test/',
  token: primary,
  host: 'alice.shibari.test',
  otherHost: 'bob.shibari.test',
  credentialsRefs: ['alice-storage', 'alice-mail'],
  suspendedHost: 'carol.shibari.test',
  fetch: async (input: RequestInfo | URL, init?: RequestInit) => app.request(new Request(input, init)),
})

describe.each(planeKinds)('an orchestrator on %s', (kind) => {
  const { startReference, close } = referencesOn(kind)
  afterAll(close)

  it('passes every conformance check', async () => {
    const findings = await runChecks(checks, subjectOf(await startReference()))
    // Loaded machines cannot compare times.
    const others = findings.filter(({ check }) => check.name !== timing)
    expect(others.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
    expect(others).toHaveLength(checks.length - 1)
  })
})

describe.each(databaseKinds)('the program on %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  it('passes the conformance program with a token of three scopes', async () => {
    const own = await filledDatabase()
    const scopes = ['runtime', 'credentials', 'usage'] as const
    const actor = { name: 'suite', requestId: 'r' }
    const token = await createToken(await own.opened(), { name: 'fleet', scopes }, actor)
    const server = start('orchestrator/main.ts', {
      ...own.variables,
      ORCHESTRATOR_PORT: '0',
      ORCHESTRATOR_KEYS: keysOfTest,
    })
    onTestFinished(async () => {
      server.child.kill()
      await server.exit
    })
    const [, url = ''] = await server.says(/listens on (\S+)\n/)
    const program = start('orchestrator/contract/conformance/main.ts', {}, [
      ...['--base-url', url, '--token', token],
      ...['--host', 'alice.shibari.test', '--other-host', 'bob.shibari.test'],
      ...['--credentials-ref', 'alice-storage', '--suspended-host', 'carol.shibari.test'],
    ])
    expect([await program.exit, program.out.stdout]).toEqual([
      0,
      expect.stringMatching(/\n37 passed, 0 failed, 1 not applicable\n$/),
    ])
    expect(program.out.stdout).not.toContain(token)
  })
})
