import { expect, it } from 'vitest'
import { type ErrorDetails, PublisherError } from '../../src/base/errors.ts'
import { problemResponse } from '../../src/handlers/problem.ts'

const request = new Request('https://alice.shibari.test/api/images/list')

it.each<[string, ErrorDetails, string | null]>([
  ['what was asked for, in whole seconds', { retryAfterMs: 1500, isOutage: true }, '2'],
  ['a few seconds after an outage of which nobody knows how long it lasts', { isOutage: true }, '5'],
  ['nothing where a repetition would change nothing', {}, null],
])('Retry-After says %s', async (_title, details, expected) => {
  const error = new PublisherError('storage_unavailable', 'The storage does not answer.', details)
  const response = await problemResponse(error, request, 'an-id')
  expect(response.headers.get('retry-after')).toBe(expected)
})

it('asks nobody to repeat what may have been published', async () => {
  const error = new PublisherError('publish_outcome_unknown', 'Perhaps.', { isOutage: true })
  expect((await problemResponse(error, request, 'an-id')).headers.has('retry-after')).toBe(false)
})
