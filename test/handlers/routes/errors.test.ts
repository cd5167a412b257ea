import { expect, it } from 'vitest'
import { errorKinds } from '../../../src/base/error-codes.ts'
import { PublisherError } from '../../../src/base/errors.ts'
import { createHandler } from '../../../src/handlers/app.ts'
import { problemOf } from '../../../src/handlers/problem.ts'
import { clientOfPeer } from '../../../src/runtime/limits/client-address.ts'
import { testProcess } from '../../support/fixtures/test-process.ts'

const handler = createHandler(testProcess().services)

const get = (host: string | null, target: string) =>
  handler(new Request(`https://${host ?? 'localhost'}${target}`), {
    host,
    client: () => clientOfPeer(() => null, '198.51.100.1'),
    waitUntil: () => undefined,
  })

it.each(['alice.shibari.test', 'nobody.shibari.test', 'example.org', null])(
  'explains every code on the host %s',
  async (host) => {
    const response = await get(host, '/errors')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const ids = [...(await response.text()).matchAll(/ id="([^"]*)"/g)].map((match) => match[1])
    expect(ids).toEqual(Object.keys(errorKinds))
  },
)

it('keeps the page within the content security policy', async () => {
  const page = await (await get('alice.shibari.test', '/errors')).text()
  expect(page).not.toMatch(/<style|<script| style=| on\w+=/)
})

it('explains an error code at the address that `type` names', async () => {
  const answer = await get('alice.shibari.test', '/nothing-here')
  const { type, code } = await answer.json()
  expect(type).toBe(`/errors#${code}`)
  const { hash, host, pathname } = new URL(type, 'https://alice.shibari.test/nothing-here')
  const page = await (await get(host, pathname)).text()
  expect(page).toContain(`<section id="${hash.slice(1)}">`)
})

it('copies only the status and the title of a code into a problem document', () => {
  const error = new PublisherError('photo_not_found', 'There is no such photo.')
  expect(problemOf(error, 'an-id')).toEqual({
    type: '/errors#photo_not_found',
    title: 'Photo not found',
    status: 404,
    detail: 'There is no such photo.',
    code: 'photo_not_found',
    request_id: 'an-id',
  })
})
