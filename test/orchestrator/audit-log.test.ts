import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { jsonLines } from '../../orchestrator/audit/file.ts'
import { type AuditLogOptions, createAuditLog } from '../../orchestrator/audit/log.ts'
import { type AuditLine, AuditUnavailable } from '../../orchestrator/contract/audit.ts'

const base = { time: '2026-11-01T00:00:00.000Z', request_id: 'r' }
const credentials = (outcome: string): AuditLine => ({
  ...base,
  action: 'credentials.resolve',
  tenant: 'alice',
  outcome,
})
const refusedCall = (token = 'sha256:00000000'): AuditLine => ({
  ...base,
  action: 'runtime.read',
  tenant: null,
  outcome: 'not_found',
  token,
})
const read = (tenant: string): AuditLine => ({ ...base, action: 'runtime.read', tenant, outcome: 'sent' })

/** Creates an audit log on a disk that the test can make slow or full. */
function disk(options: Partial<AuditLogOptions> = {}) {
  const writes: (readonly AuditLine[])[] = []
  const failures: string[] = []
  let isFull = false
  let gate: Promise<unknown> = Promise.resolve()
  const log = createAuditLog({
    async append(batch) {
      await gate
      if (isFull) throw new Error('ENOSPC: no space left on device')
      writes.push(batch)
    },
    onFailure: (reason) => failures.push(reason),
    retryMs: 1,
    closeMs: 50,
    ...options,
  })
  const lines = () => writes.flat()
  return {
    log,
    writes,
    failures,
    lines,
    fill: (full: boolean) => {
      isFull = full
    },
    block: (until: Promise<unknown>) => {
      gate = until
    },
  }
}

describe('the audit log', () => {
  it('writes one line with a count for a flood of unknown hosts', async () => {
    const { log, writes, lines } = disk()
    for (let call = 0; call < 100_000; call++) await log.write(refusedCall())
    await log.write(refusedCall('sha256:11111111'))
    expect(writes).toEqual([])
    await log.close()
    expect(lines()).toEqual([
      { ...refusedCall(), count: 100_000 },
      { ...refusedCall('sha256:11111111'), count: 1 },
    ])
    expect(writes.length).toBeLessThanOrEqual(2)
  })

  it('writes counts of unknown hosts while it runs', async () => {
    const { log, lines } = disk({ countsMs: 1 })
    await log.write(refusedCall())
    await expect.poll(lines).toEqual([{ ...refusedCall(), count: 1 }])
  })

  it('writes a read of credentials to the disk before the call continues', async () => {
    const { log, lines } = disk()
    await log.write(credentials('sent'))
    expect(lines()).toEqual([credentials('sent')])
  })

  it('keeps the order of lines and writes large batches when the disk is slow', async () => {
    const slow = Promise.withResolvers<void>()
    const { log, writes, lines, block } = disk()
    block(slow.promise)
    const outcomes = Array.from({ length: 1200 }, (_, index) => `sent ${index}`)
    const written = outcomes.map((outcome) => log.write(credentials(outcome)))
    slow.resolve()
    await Promise.all(written)
    expect(lines().map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(writes.length).toBeLessThanOrEqual(5)
  })

  it('refuses reads of credentials and counts other calls in bounded memory when the disk stays full', async () => {
    const { log, lines, failures, fill } = disk({ patienceMs: 5 })
    fill(true)
    const refused = await Promise.allSettled(
      Array.from({ length: 12_000 }, (_, index) => log.write(credentials(`sent ${index}`))),
    )
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(log.write(credentials('one more'))).rejects.toBeInstanceOf(AuditUnavailable)
    for (let call = 0; call < 100; call++) await log.write(read('alice'))
    expect(log.unwritten()).toHaveLength(10_000)
    expect(failures).toEqual(['ENOSPC: no space left on device'])
    fill(false)
    await expect.poll(() => lines().length).toBe(10_000)
    await log.close()
    expect(lines().at(-1)).toEqual({ ...read('alice'), tenant: null, count: 100 })
  })

  it('reports the number of lost lines when it closes on a full disk', async () => {
    const { log, failures, fill } = disk({ patienceMs: 5 })
    fill(true)
    await log.write(read('alice'))
    await log.close()
    expect(failures.at(-1)).toBe('1 lines were not written')
    expect(log.unwritten()).toEqual([read('alice')])
  })

  it('refuses lines when it is closed', async () => {
    const { log, lines, failures } = disk()
    await log.write(credentials('sent'))
    const closed = log.close()
    for (const line of [credentials('late'), read('alice'), refusedCall()])
      await expect(log.write(line)).rejects.toBeInstanceOf(AuditUnavailable)
    await closed
    expect(lines()).toEqual([credentials('sent')])
    expect(failures).toEqual([])
  })

  it('reports nothing more when a write fails after it has closed', async () => {
    const { log, failures, block } = disk()
    const stuck = Promise.withResolvers<void>()
    block(stuck.promise)
    await log.write(read('alice'))
    await log.close()
    stuck.reject(new Error('driver has already been destroyed'))
    await nextTurn()
    expect(failures).toEqual(['1 lines were not written'])
  })

  it('appends the same lines again, in order, when a write fails', async () => {
    const attempts: (readonly AuditLine[])[] = []
    const { log, lines, failures } = disk({
      async append(batch) {
        attempts.push(batch)
        if (attempts.length < 3) throw new Error('EIO')
      },
    })
    await Promise.all([log.write(credentials('first')), log.write(credentials('second'))])
    expect(attempts[0]).toEqual([credentials('first')])
    expect(attempts.slice(1, 3)).toEqual([attempts[1], attempts[1]])
    expect(attempts.slice(2).flat()).toEqual([credentials('first'), credentials('second')])
    expect(lines()).toEqual([])
    expect(failures).toEqual(['EIO'])
  })
})

/** Creates a file of audit lines. Writes stop within their last line as long as the disk is full. */
function jsonFile() {
  const file = { text: '', isFull: false }
  const append = jsonLines(async (text) => {
    file.text += file.isFull ? text.slice(0, text.length * 0.7) : text
    if (file.isFull) throw new Error('ENOSPC: no space left on device')
  })
  return { file, append }
}

describe('the audit log as JSON lines', () => {
  it('ends each line of a batch with a line break', async () => {
    const { file, append } = jsonFile()
    await append([credentials('sent'), read('alice')])
    await append([read('bob')])
    const lines = [credentials('sent'), read('alice'), read('bob')]
    expect(file.text).toBe(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  })

  it('begins with a line break after a write that left half a line, and only then', async () => {
    const { file, append } = jsonFile()
    file.isFull = true
    await expect(append([credentials('sent')])).rejects.toThrow('ENOSPC')
    await expect(append([credentials('sent')])).rejects.toThrow('ENOSPC')
    file.isFull = false
    const before = file.text
    await append([credentials('sent')])
    await append([read('alice')])
    expect(before).not.toContain(JSON.stringify(credentials('sent')))
    expect(file.text).toBe(
      `${before}\n${JSON.stringify(credentials('sent'))}\n${JSON.stringify(read('alice'))}\n`,
    )
  })

  it('keeps every line readable when the log repeats a write that left half a line', async () => {
    const { file, append } = jsonFile()
    const { log } = disk({ append })
    file.isFull = true
    const written = ['first', 'second'].map((outcome) => log.write(credentials(outcome)))
    await expect.poll(() => file.text.split('\n').length).toBeGreaterThan(2)
    file.isFull = false
    await Promise.all(written)
    const whole = file.text.split('\n').slice(-3)
    expect(whole).toEqual([JSON.stringify(credentials('first')), JSON.stringify(credentials('second')), ''])
  })
})
