import { describe, expect, it } from 'vitest'
import { BodyTooLarge, boundedAnswer, bytesAtMost, textAtMost } from '../../src/base/bounded-body.ts'

/** A body that goes on for as long as it is read. */
function endless() {
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      isCancelled = true
    },
  })
  return { body, isCancelled: () => isCancelled }
}

describe('a bounded body', () => {
  it('gives all bytes when there are as many as allowed', async () => {
    expect(await textAtMost(new Response('größe'), 7)).toBe('größe')
    expect(await bytesAtMost(null, 0)).toEqual(new Uint8Array(0))
    expect(await boundedAnswer(new Response('größe', { status: 201 }), 7).text()).toBe('größe')
  })

  it('stops the sender when there are more', async () => {
    const { body, isCancelled } = endless()
    await expect(bytesAtMost(body, 5000)).rejects.toBeInstanceOf(BodyTooLarge)
    expect(isCancelled()).toBe(true)
  })

  it('stops the sender when a library reads the body', async () => {
    const { body, isCancelled } = endless()
    const answer = boundedAnswer(new Response(body, { status: 503, headers: { 'retry-after': '1' } }), 5000)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    await expect(answer.json()).rejects.toBeInstanceOf(BodyTooLarge)
    expect(isCancelled()).toBe(true)
  })
})
