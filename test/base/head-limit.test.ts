import { expect, it } from 'vitest'
import { limitHead } from '../../src/base/head-limit.ts'

it('aborts a request whose head has not arrived in time', async () => {
  const limit = new AbortController()
  const reason = new Error('too slow')
  const request = limitHead(
    limit.signal,
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  limit.abort(reason)
  await expect(request).rejects.toBe(reason)
})

it('does not abort the body when the limit fires after the head', async () => {
  const limit = new AbortController()
  const bodySignal = await limitHead(limit.signal, async (signal) => signal)
  limit.abort()
  expect(bodySignal.aborted).toBe(false)
})
