import { describe, expect, it } from 'vitest'
import { BodyTooLarge, boundedAnswer, bytesAtMost, textAtMost } from '../../src/base/bounded-body.ts'

/** Creates a body that never ends. */
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
  it('returns the whole body when its size is exactly the limit', async () => {
    expect(await textAtMost(new Response('größe'), 7)).toBe('größe')
    expect(await bytesAtMost(null, 0)).toEqual(new Uint8Array(0))
    expect(await boundedAnswer(new Response('größe', { status: 201 }), 7).text()).toBe('größe')
  })

  it('cancels a body that exceeds the limit', async () => {
    const { body, isCancelled } = endless()
    await expect(bytesAtMost(body, 5000)).rejects.toBeInstanceOf(BodyTooLarge)
    expect(isCancelled()).toBe(true)
  })

  it('cancels an oversized body that a library reads', async () => {
    const { body, isCancelled } = endless()
    const answer = boundedAnswer(new Response(body, { status: 503, headers: { 'retry-after': '1' } }), 5000)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    await expect(answer.json()).rejects.toBeInstanceOf(BodyTooLarge)
    expect(isCancelled()).toBe(true)
  })
})
