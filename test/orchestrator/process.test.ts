import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseEnvironment } from '../../orchestrator/environment.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { writeFiles } from '../support/fixtures/orchestrator-files.ts'
import { start } from '../support/fixtures/program.ts'
import { primary, resolvePath, runtimePath, secondary } from '../support/fixtures/reference-orchestrator.ts'

/** Writes the two files. Returns the environment that names them. */
async function folder() {
  const files = await writeFiles()
  return {
    ...files,
    environment: {
      ...files.variables,
      ORCHESTRATOR_PORT: '0',
      ORCHESTRATOR_FILE: files.tenantsFile,
      ORCHESTRATOR_SECRETS_FILE: files.secretsFile,
      ORCHESTRATOR_SERVICE_TOKEN: `${primary},${secondary}`,
    },
  }
}

async function startProgram(variables: Record<string, string>) {
  const program = start('orchestrator/main.ts', variables)
  const [, url = ''] = await program.says(/listens on (\S+)\n/)
  const ask = (host: string, token = primary) =>
    fetch(`${url}${runtimePath}?host=${host}`, { headers: { authorization: `Bearer ${token}` } })
  return { ...program, url, ask }
}

describe('the orchestrator as a program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, and exits with 0', async (signal) => {
    await using files = await folder()
    const program = await startProgram(files.environment)
    expect((await program.ask('alice.shibari.test')).status).toBe(200)
    expect((await program.ask('alice.shibari.test', secondary)).status).toBe(200)
    program.child.kill(signal)
    expect(await program.exit).toBe(0)
  })

  it('writes nothing but the audit log to standard output', async () => {
    await using files = await folder()
    const program = await startProgram(files.environment)
    await program.ask('alice.shibari.test')
    await program.ask('nobody.shibari.test')
    program.child.kill()
    await program.exit
    const lines = program.out.stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['sent', 'not_found'])
  })

  it('appends the audit log to a file that only its owner can read, when configured', async () => {
    await using files = await folder()
    const auditFile = join(files.directory, 'audit.log')
    for (let run = 0; run < 2; run++) {
      const program = await startProgram({ ...files.environment, ORCHESTRATOR_AUDIT_FILE: auditFile })
      await program.ask('alice.shibari.test')
      program.child.kill()
      await program.exit
      expect(program.out.stdout).toBe('')
    }
    expect((await readFile(auditFile, 'utf8')).trimEnd().split('\n')).toHaveLength(2)
    expect((await stat(auditFile)).mode & 0o777).toBe(0o600)
  })

  it('loses no audit line of credentials when it is stopped under load', async () => {
    await using files = await folder()
    const auditFile = join(files.directory, 'audit.log')
    const program = await startProgram({ ...files.environment, ORCHESTRATOR_AUDIT_FILE: auditFile })
    let answered = 0
    const ended = program.exit
    const caller = async () => {
      for (;;) {
        const answer = await fetch(`${program.url}${resolvePath}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${primary}`,
            'x-tenant': 'alice',
            'content-type': 'application/json',
          },
          body: '{"credentials_ref":"alice-storage"}',
        }).catch(() => undefined)
        if (!answer?.ok) return
        answered += 1
        if (answered === 40) program.child.kill('SIGTERM')
      }
    }
    await Promise.all(Array.from({ length: 8 }, caller))
    expect(await ended).toBe(0)
    const lines = (await readFile(auditFile, 'utf8')).trimEnd().split('\n')
    const sent = lines.map((line) => JSON.parse(line)).filter(({ outcome }) => outcome === 'sent')
    expect(answered).toBeGreaterThanOrEqual(40)
    expect(sent.length).toBeGreaterThanOrEqual(answered)
  })

  it('writes a flood of unknown hosts as a few lines with counts', async () => {
    await using files = await folder()
    const auditFile = join(files.directory, 'audit.log')
    const program = await startProgram({ ...files.environment, ORCHESTRATOR_AUDIT_FILE: auditFile })
    for (let call = 0; call < 200; call++) await program.ask(`invented-${call}.shibari.test`)
    program.child.kill('SIGTERM')
    await program.exit
    const lines = (await readFile(auditFile, 'utf8')).trimEnd().split('\n')
    const counts = lines.map((line): number => JSON.parse(line).count)
    // Counts are written every ten seconds.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200)
    expect(lines.length).toBeLessThan(10)
  })

  it('keeps claims across a restart in the folder that is configured for them', async () => {
    await using files = await folder()
    const variables = { ...files.environment, ORCHESTRATOR_CLAIMS_DIR: join(files.directory, 'claims') }
    const statuses: number[] = []
    for (let run = 0; run < 2; run++) {
      const program = await startProgram(variables)
      const answer = await fetch(`${program.url}/v1/claims`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${primary}`,
          'x-tenant': 'alice',
          'content-type': 'application/json',
        },
        body: '{"key":"k","holder":"h","ttl_seconds":60}',
      })
      statuses.push(answer.status)
      program.child.kill()
      expect(await program.exit).toBe(0)
      expect(program.out.stderr).not.toMatch(/warning/i)
    }
    expect(statuses).toEqual([201, 409])
  })

  it('reports the invalid field of a bad edit on standard error, and keeps serving', async () => {
    await using files = await folder()
    const program = await startProgram(files.environment)
    await writeFile(files.tenantsFile, JSON.stringify({ tenants: { alice: { hosts: ['Alice'] } } }))
    expect((await program.ask('alice.shibari.test')).status).toBe(200)
    await program.says(/Edit rejected.*tenants\.alice\.hosts\.0/)
    program.child.kill()
    await program.exit
    expect(program.out.stderr + program.out.stdout).not.toContain('canary')
  })

  it.each([
    ['a missing file', { ORCHESTRATOR_FILE: '/nowhere/tenants.yaml' }, /ENOENT.*\/nowhere\/tenants\.yaml/],
    [
      'a log that cannot be written',
      { ORCHESTRATOR_AUDIT_FILE: '/nowhere/audit.log' },
      /ENOENT.*\/nowhere\/audit/,
    ],
    [
      'a secret that is not set',
      { BOB_TOKEN: '' },
      /secrets\.bob\[0\]\.refresh_token: the variable BOB_TOKEN is not set/,
    ],
  ])('does not start with %s', async (_title, variables, reason) => {
    await using files = await folder()
    const program = start('orchestrator/main.ts', { ...files.environment, ...variables })
    expect(await program.exit).toBe(1)
    expect(program.out.stderr).toMatch(reason)
    expect(program.out.stderr.trimEnd()).not.toContain('\n')
  })

  it('does not start on a port in use', async () => {
    await using files = await folder()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const program = start('orchestrator/main.ts', { ...files.environment, ORCHESTRATOR_PORT: port })
    expect(await program.exit).toBe(1)
    expect(program.out.stderr).toContain(`EADDRINUSE`)
    taken.close()
  })
})

describe('the environment of the orchestrator', () => {
  const good = { ORCHESTRATOR_FILE: 'tenants.yaml', ORCHESTRATOR_SERVICE_TOKEN: primary }

  it('has defaults for absent and for empty variables', () => {
    const empty = { ORCHESTRATOR_PORT: '', ORCHESTRATOR_HOST: ' ', ORCHESTRATOR_SECRETS_FILE: '' }
    expect(parseEnvironment({ ...good, ...empty })).toEqual({
      ORCHESTRATOR_PORT: 8090,
      ORCHESTRATOR_HOST: '127.0.0.1',
      ORCHESTRATOR_FILE: 'tenants.yaml',
      ORCHESTRATOR_DATA_DIR: '.orchestrator',
      ORCHESTRATOR_BASE_DOMAIN: 'shibari.photo',
      OPERATOR_EMAILS: [],
      ALLOW_PRIVATE_ENDPOINTS: false,
      ORCHESTRATOR_KMS_DECRYPT_ONLY: false,
      ORCHESTRATOR_SERVICE_TOKEN: [primary],
      ORCHESTRATOR_CALLS_PER_MINUTE: 300_000,
      ORCHESTRATOR_OTHER_APP_STATUS: 404,
    })
  })

  it('listens for the router on its port when it runs on Heroku', () => {
    const dyno = { ...good, DYNO: 'web.1', PORT: '33000' }
    expect(parseEnvironment(dyno)).toMatchObject({ ORCHESTRATOR_PORT: 33_000, ORCHESTRATOR_HOST: '0.0.0.0' })
    const own = { ...dyno, ORCHESTRATOR_PORT: '0', ORCHESTRATOR_HOST: '::' }
    expect(parseEnvironment(own)).toMatchObject({ ORCHESTRATOR_PORT: 0, ORCHESTRATOR_HOST: '::' })
  })

  it.each(['33000', 'tcp://10.0.0.1:80'])('ignores PORT %s when it does not run on Heroku', (port) => {
    const { ORCHESTRATOR_PORT, ORCHESTRATOR_HOST } = parseEnvironment({ ...good, PORT: port })
    expect([ORCHESTRATOR_PORT, ORCHESTRATOR_HOST]).toEqual([8090, '127.0.0.1'])
  })

  it('accepts a primary and a secondary token', () => {
    const variables = { ...good, ORCHESTRATOR_SERVICE_TOKEN: `${primary} , ${secondary}` }
    expect(parseEnvironment(variables).ORCHESTRATOR_SERVICE_TOKEN).toEqual([primary, secondary])
  })

  it('rejects invalid variables with one message that names all of them, but no value', () => {
    const wrong = {
      ORCHESTRATOR_PORT: '80canary',
      ORCHESTRATOR_CALLS_PER_MINUTE: '1.5',
      ORCHESTRATOR_SERVICE_TOKEN: 'canary',
    }
    let message = ''
    try {
      parseEnvironment(wrong)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('ORCHESTRATOR_PORT must be a whole number from 0 to 65535')
    expect(message).toContain('ORCHESTRATOR_CALLS_PER_MINUTE must be')
    expect(message).toContain('ORCHESTRATOR_SERVICE_TOKEN must hold tokens of at least 16')
    expect(message).not.toContain('canary')
  })

  it.each([
    [{ ORCHESTRATOR_FILE: 'tenants.yaml' }, 'ORCHESTRATOR_SERVICE_TOKEN is required'],
    [{ ORCHESTRATOR_SECRETS_FILE: 'secrets.yaml' }, 'ORCHESTRATOR_FILE is required'],
    [{ DYNO: 'web.1', ORCHESTRATOR_KEYS: 'k' }, 'DATABASE_URL is required on Heroku'],
    [{ NODE_ENV: 'production' }, 'ORCHESTRATOR_KEYS is required in production'],
  ])('rejects the incomplete environment %j in words', (variables, words) => {
    expect(() => parseEnvironment(variables)).toThrow(words)
  })

  it.each(['70000', '-1', '1.5', '0x10', '1e3', ' 80 90 '])('rejects the port %j', (port) => {
    expect(() => parseEnvironment({ ...good, ORCHESTRATOR_PORT: port })).toThrow(/ORCHESTRATOR_PORT/)
  })

  it.each([
    'short',
    `${primary},`,
    `${primary},,${secondary}`,
    `${primary},short`,
    'a token with some spaces',
    'tökentökentökentöken',
  ])('rejects the tokens %j', (tokens) => {
    expect(() => parseEnvironment({ ...good, ORCHESTRATOR_SERVICE_TOKEN: tokens })).toThrow(/SERVICE_TOKEN/)
  })
})

describe('the shutdown of the orchestrator', () => {
  it('lets a running call finish, refuses new calls, and may be requested twice', async () => {
    await using files = await folder()
    const running = await startOrchestrator({
      port: 0,
      hostname: '127.0.0.1',
      plane: await files.plane(),
    })
    const body = JSON.stringify({ host: 'alice.shibari.test' })
    const call = httpRequest(`${running.url}${runtimePath}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${primary}`, 'content-length': body.length, expect: '100-continue' },
    })
    const answered = once(call, 'response')
    call.flushHeaders()
    // The server has begun to read this call.
    await once(call, 'continue')
    const closed = Promise.all([running.close(), running.close()])
    await expect(fetch(`${running.url}/health`)).rejects.toThrow()
    call.end(body)
    const [response] = await answered
    expect(response.statusCode).toBe(200)
    response.resume()
    await closed
  })
})

describe('the conformance suite as a program', () => {
  const main = 'orchestrator/contract/conformance/main.ts'
  const named = ['--host', 'alice.shibari.test', '--other-host', 'bob.shibari.test']
  const more = [
    '--credentials-ref',
    'alice-storage',
    '--credentials-ref',
    'alice-mail',
    '--suspended-host',
    'carol.shibari.test',
  ]

  it('exits with 0 when all checks pass and with 1 when a check fails, and prints neither token nor secret', async () => {
    await using files = await folder()
    const { url, child, exit } = await startProgram(files.environment)
    const [good, bad, byVariable] = [
      start(main, {}, ['--base-url', url, '--token', primary, ...named, ...more]),
      start(main, {}, ['--base-url', url, '--token', 'wrong-service-token', ...named]),
      start(main, { ORCHESTRATOR_SERVICE_TOKEN: `${secondary},x` }, ['--base-url', `${url}/`, ...named]),
    ]
    expect(await good.exit).toBe(0)
    expect(good.out.stdout).toMatch(/\n37 passed, 0 failed, 1 not applicable\n$/)
    expect(await bad.exit).toBe(1)
    expect(bad.out.stdout).toMatch(/FAIL {12}answers POST by-host .*: it got 403, not 200\./)
    expect(bad.out.stdout).toMatch(/\n\d+ passed, \d+ failed, \d+ not applicable\n$/)
    expect(await byVariable.exit).toBe(0)
    for (const { out } of [good, bad, byVariable])
      expect(out.stdout).not.toMatch(/service-token|canary|alice-(storage|mail)/)
    child.kill()
    await exit
  })

  it.each([
    ['nothing', [], /--base-url must be/],
    ['no token', ['--base-url', 'http://127.0.0.1:1'], /--token is missing/],
    ['a URL with another scheme', ['--base-url', 'ftp://x', '--token', 'x'], /--base-url must be/],
    ['no host', ['--base-url', 'http://127.0.0.1:1', '--token', 'x'], /--host must be/],
    ['an unknown option', ['--hosts', 'x'], /--hosts/],
  ])('prints its usage and exits with 2 when it is given %s', async (_title, args, reason) => {
    const program = start(main, {}, args)
    expect(await program.exit).toBe(2)
    expect(program.out.stderr).toMatch(reason)
    expect(program.out.stderr).toContain('npm run conformance -- --base-url URL')
  })

  it('lists its checks with their reasons', async () => {
    const program = start(main, {}, ['--list'])
    expect(await program.exit).toBe(0)
    expect(program.out.stdout).toContain('answers an unknown host with 404\n    Clients invent hosts')
  })
})
