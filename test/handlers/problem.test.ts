import { expect, it } from 'vitest'
import { type ErrorDetails, PublisherError } from '../../src/base/errors.ts'
import { problemResponse } from '../../src/handlers/problem.ts'

const request = new Request('https://alice.shibari.test/api/images/list')

it.each<[string, ErrorDetails, string | null]>([
  ['the requested delay, in whole seconds', { retryAfterMs: 1500, isOutage: true }, '2'],
  ['five seconds for an outage of unknown length', { isOutage: true }, '5'],
  ['nothing when a retry would not help', {}, null],
])('sets Retry-After to %s', async (_title, details, expected) => {
  const error = new PublisherError('storage_unavailable', 'The storage does not answer.', details)
  const response = await problemResponse(error, request, 'an-id')
  expect(response.headers.get('retry-after')).toBe(expected)
})

it('sends no Retry-After when the photo may have been published', async () => {
  const error = new PublisherError('publish_outcome_unknown', 'Perhaps.', { isOutage: true })
  expect((await problemResponse(error, request, 'an-id')).headers.has('retry-after')).toBe(false)
})
