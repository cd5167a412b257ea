import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { apiKey, botToken, openPractice, type Practice } from '../support/fixtures/doctor-tenant.ts'

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the program with only these environment variables. */
async function doctor(args: string[], variables: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['src/node/doctor.ts', ...args], { env: variables })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: typeof code === 'number' ? code : null, stdout, stderr }
}

async function withPractice(use: (practice: Practice) => Promise<void>): Promise<void> {
  const practice = await openPractice()
  // A separate process uses this machine's DNS and certificates.
  practice.variables.FORCE_HTTPS = 'false'
  try {
    await use(practice)
  } finally {
    await practice.close()
  }
}

describe('npm run doctor', () => {
  it('prints a line per check and exits with 0 when no check failed', () =>
    withPractice(async ({ variables }) => {
      const { code, stdout, stderr } = await doctor(['--host', 'photos.example'], variables)
      expect(stdout).toMatch(/^ok {7}Environment: complete/)
      expect(stdout).toContain('ok       Publishing by Telegram: @emulated_bot may post to “Photos”.')
      expect(stdout).toMatch(/\n16 ok, 0 warning, 0 failed, 5 skipped\n$/)
      expect(stderr).toBe('')
      expect(stdout).not.toContain('canary')
      expect(code).toBe(0)
    }))

  it('reports each problem with its remedy, runs the other checks and exits with 1', () =>
    withPractice(async ({ variables, telegram, openai }) => {
      telegram.revoke(botToken)
      openai.revoke(apiKey)
      const { code, stdout } = await doctor(['--host', 'photos.example'], variables)
      expect(stdout).toContain('FAILED   Publishing by Telegram: Telegram rejects the bot token')
      expect(stdout).toContain('FAILED   AI: The AI service rejects the API key')
      expect(stdout).toContain('ok       Publishing by mail:')
      expect(stdout).not.toContain('canary')
      expect(code).toBe(1)
    }))

  it('prints one JSON document with --json', () =>
    withPractice(async ({ variables, orchestrator }) => {
      orchestrator.tenants.clear()
      const { code, stdout } = await doctor(['--host', 'photos.example', '--json'], variables)
      expect(JSON.parse(stdout)).toMatchObject({
        host: 'photos.example',
        ok: false,
        findings: expect.arrayContaining([
          {
            id: 'configuration',
            title: 'Configuration',
            outcome: 'failed',
            said: expect.stringContaining('404'),
            todo: 'Bind the host to the tenant in the orchestrator.',
          },
        ]),
      })
      expect(code).toBe(1)
    }))

  it.each([[[]], [['--hots', 'x']]])(
    'exits with 2 and prints its usage when called with %j',
    async (args) => {
      const { code, stderr } = await doctor(args)
      expect(stderr).toContain('npm run doctor -- --host')
      expect(code).toBe(2)
    },
  )
})
