import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const bodies: [type: string, body: string][] = [
  ['application/json', ''],
  ['application/json', '{'],
  ['application/json', 'null'],
  ['application/json', '[]'],
  ['application/json', '"text"'],
  ['application/json', '{"platforms":"telegram","caption":{},"captions":[],"dry_run":"yes","force":1}'],
  ['application/json', '{"target_folder":"../root","from":7}'],
  ['application/json', `{"caption":"${'x'.repeat(20_000)}"}`],
  ['application/json', `${'[['.repeat(5000)}${']]'.repeat(5000)}`],
  ['application/json', '{"__proto__":{"force":true},"constructor":1,"platforms":["__proto__"]}'],
  ['text/plain', '{}'],
  ['application/x-www-form-urlencoded', 'force=true'],
  ['multipart/form-data; boundary=x', '--x\r\nnonsense'],
  ['multipart/form-data; boundary=', ''],
  ['nonsense', '\u0000'],
]
const names = [
  'none.jpg',
  'a.txt',
  '..%2F..%2Fetc%2Fpasswd',
  '%00.jpg',
  '%ff.jpg',
  `${'x'.repeat(900)}.jpg`,
  '%F0%9F%8C%85.jpg',
  '.jpg',
  '%20',
]
const queries = [
  '',
  '?limit=-1&offset=x',
  '?force_refresh=perhaps',
  '?size=w1h1',
  '?prefix=..%2F&sort=size;drop&order=up',
]

/** Several tenants, so that no tenant reaches its limit of changes. */
const tenants = Array.from({ length: 10 }, (_, index) => `nonsense-${index}`)

describeOnBothHosts('invalid input of an admin', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
    for (const tenant of tenants) await upload(studio.tenant(tenant), 'a.jpg', await picture(1))
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  it('answers an admin’s invalid input with a problem document on every route and changes nothing', async () => {
    const response = await studio.fleet.get('nonsense-0', '/openapi.json')
    const { paths }: { paths: Record<string, Record<string, { 'x-audience'?: string }>> } =
      await response.json()
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) =>
        operation['x-audience'] === 'admin' ? [{ method: method.toUpperCase(), path }] : [],
      ),
    )
    expect(routes.length).toBeGreaterThan(10)
    const attempts = routes.flatMap(({ method, path }) => {
      const named = path.includes('{') ? names.map((name) => path.replace(/\{[^}]+\}/, name)) : [path]
      const isChange = method !== 'GET'
      return named.flatMap((address) =>
        isChange
          ? bodies.map(([type, body]) => ({ method, address, headers: { 'content-type': type }, body }))
          : queries.map((query) => ({ method, address: address + query, headers: {} })),
      )
    })
    const faults: unknown[] = []
    await inBatches(attempts, 40, async ({ address, ...init }, index) => {
      const tenant = tenants[index % tenants.length] ?? ''
      const answer = await adminRequest(studio.fleet, tenant, address, init)
      const text = await answer.text()
      const isProblem = answer.headers.get('content-type') === 'application/problem+json'
      if (answer.status >= 500 || (answer.status >= 400 && !isProblem) || answer.status === 429) {
        faults.push([init.method, address.slice(0, 80), init.headers, answer.status, text.slice(0, 200)])
      }
    })
    expect(faults).toEqual([])
    for (const tenant of tenants) {
      const list = await adminRequest(studio.fleet, tenant, '/api/images/list')
      expect(await list.json()).toMatchObject({ filenames: ['a.jpg'], count: 1 })
    }
  }, 180_000)
})

async function inBatches<T>(
  items: readonly T[],
  size: number,
  run: (item: T, index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map((item, index) => run(item, start + index)))
  }
}
