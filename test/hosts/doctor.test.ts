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

/** Runs the program with an environment that holds nothing else. */
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
  // DNS and certificates are those of this machine to a process of its own.
  practice.variables.FORCE_HTTPS = 'false'
  try {
    await use(practice)
  } finally {
    await practice.close()
  }
}

describe('the doctor as a program', () => {
  it('prints a line per check and ends with 0 where nothing failed', () =>
    withPractice(async ({ variables }) => {
      const { code, stdout, stderr } = await doctor(['--host', 'photos.example'], variables)
      expect(stdout).toMatch(/^ok {7}Environment: complete/)
      expect(stdout).toContain('ok       Publishing by Telegram: @emulated_bot may post to “Photos”.')
      expect(stdout).toMatch(/\n16 ok, 0 warning, 0 failed, 5 skipped\n$/)
      expect(stderr).toBe('')
      expect(stdout).not.toContain('canary')
      expect(code).toBe(0)
    }))

  it('says what is wrong and what to do, goes on, and ends with 1', () =>
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

  it('gives one JSON document to programs', () =>
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

  it.each([[[]], [['--hots', 'x']]])('ends with 2 and its usage when called with %j', async (args) => {
    const { code, stderr } = await doctor(args)
    expect(stderr).toContain('npm run doctor -- --host')
    expect(code).toBe(2)
  })
})
