import { describe, expect, it } from 'vitest'
import type { PhotoStore } from '../../../../src/ports/storage.ts'
import { knownServer } from '../../../../src/providers/storage/s3/known-servers.ts'
import { refusingConditions, startScriptedS3 } from '../../../support/fakes/scripted-s3.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, readableSidecar, streamOf } from '../../../support/fixtures/stored-photos.ts'

describe('the list of known S3 servers', () => {
  it.each([
    ['https://s3.eu-central-1.wasabisys.com', 'ignored'],
    ['https://s3.us-west-004.backblazeb2.com', 'refused'],
    ['https://oss-cn-hangzhou.aliyuncs.com', 'refused'],
    ['https://storage.googleapis.com', 'ignored'],
    ['https://storage.googleapis.com.:443/', 'ignored'],
    ['https://ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com', 'ignored'],
    ['https://S3.EU-WEST-1.AMAZONAWS.COM', 'honoured'],
    ['https://0123abc.eu.r2.cloudflarestorage.com', 'honoured'],
  ])('knows %s as a server where conditions are %s', (endpoint, conditions) => {
    expect(knownServer(endpoint)?.conditions).toBe(conditions)
  })

  it.each([
    'https://wasabisys.com.example.org',
    'https://notamazonaws.com',
    'https://amazonaws.com.evil.example',
    'https://example.org/storage.googleapis.com',
    'http://127.0.0.1:9000',
  ])('does not know %s', (endpoint) => {
    expect(knownServer(endpoint)).toBeUndefined()
  })
})

describe('a server that refuses conditions', () => {
  const name = photo('a.jpg')

  it.each([
    [501, 'NotImplemented'],
    [400, 'NotImplemented'],
    [400, 'InvalidArgument'],
  ])(
    'supports uploads, first captions, edits and moves, but no claims, when the server answers %d %s',
    async (status, code) => {
      const s3 = await startScriptedS3()
      s3.script(refusingConditions(status, code))
      const store: PhotoStore = s3.store()
      await store.upload('root', name, streamOf('bytes'), 5)
      await store.writeSidecar('root', name, 'first', null)
      const revision = (await readableSidecar(store, 'root', name))?.revision
      await store.writeSidecar('root', name, 'second', revision)
      expect(await rejection(store.writeSidecar('root', name, 'late', revision))).toMatchObject({
        code: 'sidecar_changed',
      })
      expect(await store.move(name, 'root', 'keep')).toBe('a.jpg')
      expect(s3.bucket.contents()).toEqual({ 'Photos/keep/a.jpg': 'bytes', 'Photos/keep/a.txt': 'second' })
      expect(await store.canCreateAtomically()).toBe(false)
      expect(await rejection(store.createRecord(['r.json'], 'mine'))).toMatchObject({
        code: 'storage_not_atomic',
        message: expect.stringContaining('does not support conditional writes'),
      })
    },
  )

  it('sends no conditional write after the probe', async () => {
    const s3 = await startScriptedS3()
    s3.script(refusingConditions(501, 'NotImplemented'))
    const store = s3.store()
    await store.canCreateAtomically()
    const before = s3.calls.length
    await store.writeSidecar('root', name, 'first', null)
    await store.upload('root', name, streamOf('bytes'), 5)
    const conditional = s3.calls.slice(before).filter(({ headers }) => headers['if-none-match'] !== undefined)
    expect(conditional).toEqual([])
  })
})
