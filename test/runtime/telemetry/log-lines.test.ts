import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { createLogger } from '../../../src/runtime/telemetry/log.ts'
import { formatLine } from '../../../src/runtime/telemetry/log-redaction.ts'

const start = { time: '2026-11-30T00:00:00.000Z', level: 'info', msg: 'request' }

/** Names and values that meet quoting, bounds and redaction. */
const name = fc.oneof(
  fc.constantFrom('tenant', 'path', 'status', 'time', 'msg', 'sk-aaaaaaaaaaaaaaaaaaaa'),
  fc.string({ minLength: 1 }).filter((text) => text !== '__proto__' && !/^\d+$/.test(text)),
)
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string().map((text) => `Bearer ${text}`),
  fc.constantFrom('x'.repeat(20_000), 'state=canary', 'https://canary:canary@example.test/'),
  fc.integer(),
  fc.double(),
  fc.constantFrom(undefined, null, true, -0),
  fc.array(fc.string()),
  fc.constant(new Secret('canary')),
)
const fields = fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true })

describe('a line of the log', () => {
  it('holds all fields as JSON, and later fields replace earlier fields', () => {
    fc.assert(
      fc.property(fields, fields, (bound, own) => {
        const line: unknown = JSON.parse(formatLine(start, bound, own))
        const whole = JSON.stringify({ ...start, ...bound, ...own })
        if (whole.length > 10_000 || /canary|bearer|basic|sk-|=|@|eyj/i.test(whole)) return
        expect(line).toEqual(JSON.parse(whole))
      }),
    )
  })

  it('keeps its length bounded and reveals no secret with any fields', () => {
    fc.assert(
      fc.property(fields, fields, (bound, own) => {
        const line = formatLine(start, bound, own)
        expect(line.length).toBeLessThanOrEqual(16_384 + 200)
        expect(line).not.toContain('canary')
        expect(line).not.toMatch(/sk-a{20}/)
      }),
    )
  })

  it('has the time of its own millisecond', () => {
    const lines: string[] = []
    let time = 0
    const log = createLogger({ level: 'info', write: (line) => lines.push(line), now: () => time })
    for (time of [0, 0, 1, 0]) log.info('x')
    expect(lines.map((line) => JSON.parse(line).time.slice(-5))).toEqual(['.000Z', '.000Z', '.001Z', '.000Z'])
  })
})
