import { expect, it } from 'vitest'
import { boundedAnswer } from '../../orchestrator/contract/conformance/bounded-answer.ts'

it('passes on an answer of exactly the limit', async () => {
  const answer = boundedAnswer(new Response('12345', { status: 201, headers: { etag: '"1"' } }), 5)
  expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([201, '"1"', '12345'])
})

it('fails the body and stops reading when an answer is larger than the limit', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1000
      controller.enqueue(new Uint8Array(1000))
    },
  })
  await expect(boundedAnswer(new Response(endless), 5000).text()).rejects.toThrow(
    'the answer is larger than 5000 bytes',
  )
  expect(sent).toBeLessThan(10_000)
})
