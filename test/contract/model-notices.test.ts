import { expect, it } from 'vitest'
import { testProcess } from '../support/fixtures/test-process.ts'

it.each([
  ['texts', ['gpt-4o retires on 2027-03-01'], ['gpt-4o retires on 2027-03-01']],
  [
    'objects',
    [{ model: 'gpt-4o', retires_at: '2027-03-01' }],
    ['{"model":"gpt-4o","retires_at":"2027-03-01"}'],
  ],
  ['a single object', { model: 'gpt-4o' }, ['{"model":"gpt-4o"}']],
  ['absent', undefined, []],
])('logs model notices once per configuration version when they are %s', async (_title, given, logged) => {
  const { exchange, lines } = testProcess({ ai: { model_notices: given } })
  await exchange()
  await exchange()
  const notices = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'model notice')
  expect(notices.map(({ notice }) => notice)).toEqual(logged)
  for (const line of notices)
    expect(line).toMatchObject({ level: 'warn', tenant: 'alice', config_version: 'v1' })
})
