import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { acts } from '../../../orchestrator/console/acts/all.ts'
import { startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const texts = {
  'a NUL': 'a\0b',
  'half a character': 'a\ud800b',
  'a line end': 'a\r\nset-cookie: x=y',
  'a wildcard': '%_%',
  markup: `"'><script>alert(1)</script>`,
  'a path': '../../etc/passwd',
  'a prototype': '__proto__',
  'many characters': 'x'.repeat(100_000),
}
const expected = [200, 404, 409, 422]
const valid: Readonly<Record<string, unknown>> = {
  tenant: 'alice',
  tenants: ['alice'],
  path: 'content.hashtag_string',
  value: '#rope',
  name: 'mia',
  title: 'Mia',
  email: 'mia@photos.test',
  url: 'https://hooks.example/x',
  scopes: ['runtime'],
  plan: 'x',
  config: { appearance: { title: 'Alice' } },
  expect: 'x',
}
const membersSchema = z.object({ properties: z.record(z.string(), z.looseObject({})).default({}) })

/** Lists inputs of an act, each with the text as another member. */
function inputsWith(input: z.ZodType, text: string): Record<string, unknown>[] {
  const { properties } = membersSchema.parse(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }))
  const names = Object.keys(properties)
  const base = Object.fromEntries(names.filter((name) => name in valid).map((name) => [name, valid[name]]))
  return names.flatMap((name) =>
    [
      text,
      [text],
      { [text]: text },
      { path: text, value: text, search: text },
      [{ path: text, value: text }],
    ].map((value) => ({ ...base, [name]: value })),
  )
}

describe.each(databaseKinds)('an operator who sends hostile texts to the console on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const running = await startConsole(await own.opened())
    const olga = running.browser()
    await olga.signIn()
    return { olga, ...running }
  }

  it.each(Object.entries(texts))(
    'gets no error of the server for %s in any member of any call',
    async (_, text) => {
      const { olga, said } = await start()
      const failed: unknown[] = []
      for (const { method, path, input } of acts)
        for (const given of inputsWith(input, text)) {
          const at = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
            encodeURIComponent(String(given[name] ?? 'x').toWellFormed()),
          )
          const isRead = method === 'get'
          const query = isRead
            ? `?${new URLSearchParams(Object.entries(given).map(([name, value]) => [name, String(value)]))}`
            : ''
          const answer = await olga.send(`/api${at}${query}`, {
            method: method.toUpperCase(),
            ...(!isRead && { json: given }),
          })
          if (!expected.includes(answer.status))
            failed.push([method, path, given, answer.status, answer.text])
        }
      expect([failed.slice(0, 5), said]).toEqual([[], []])
    },
  )
})
