import { describe, expect, it } from 'vitest'
import { onCall, refusedWith } from '../../../../dev/emulators/dropbox/faults.ts'
import { isPublisherError } from '../../../../src/base/errors.ts'
import { quickRetry, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { photo } from '../../../support/fixtures/stored-photos.ts'

const once = { ...quickRetry, attempts: 1 }
const broken = { kind: 'reset' } as const

describe('a move within Dropbox', () => {
  it('moves the photo and its sidecar together, and keeps the photo’s content hash', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    const store = dropbox.store()
    const before = await store.stat('root', photo('a.jpg'))
    expect(await store.move(photo('a.jpg'), 'root', 'archive')).toBe('a.jpg')
    expect(dropbox.account.paths()).toEqual(['/Photos/archive/a.jpg', '/Photos/archive/a.txt'])
    expect(await dropbox.account.text('/Photos/archive/a.txt')).toBe('caption')
    expect((await store.stat('archive', photo('a.jpg')))?.contentHash).toBe(before?.contentHash)
  })

  it.each([
    ['a photo', ['a.jpg', 'a (2).jpg'], 'a (3).jpg'],
    ['a photo with a sidecar', ['a.jpg', 'a.txt'], 'a (2).jpg'],
    ['an unrelated caption', ['a.txt'], 'a (2).jpg'],
    ['a photo in another case', ['A.JPG'], 'a (2).jpg'],
    ['a folder', ['a.jpg/inside.md'], 'a (2).jpg'],
  ])('gives photo and sidecar the same number when %s has the name', async (_, taken, expected) => {
    const dropbox = await startDropbox()
    for (const name of taken) await dropbox.account.seed(`/Photos/keep/${name}`, `old ${name}`)
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    expect(await dropbox.store().move(photo('a.jpg'), 'root', 'keep')).toBe(expected)
    for (const name of taken) expect(await dropbox.account.text(`/Photos/keep/${name}`)).toBe(`old ${name}`)
    expect(await dropbox.account.text(`/Photos/keep/${expected}`)).toBe('photo')
    expect(await dropbox.account.text(`/Photos/keep/${expected.replace('.jpg', '.txt')}`)).toBe('caption')
  })

  it('never gives an unrelated caption to a photo without a caption', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/archive/a.txt', 'left behind by another photo')
    const store = dropbox.store()
    expect(await store.move(photo('a.jpg'), 'root', 'archive')).toBe('a (2).jpg')
    expect(await store.readSidecar('archive', photo('a (2).jpg'))).toBeNull()
  })

  it('changes nothing when source and target are the same folder', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/A.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    expect(await dropbox.store().move(photo('a.jpg'), 'root', 'root')).toBe('A.jpg')
    expect(dropbox.account.paths()).toEqual(['/Photos/A.jpg', '/Photos/a.txt'])
  })

  it('reports a missing photo, and does not touch a sidecar without a photo', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    await dropbox.account.seed('/Photos/archive/a.jpg', 'another photo')
    await dropbox.account.seed('/Photos/archive/a.txt', 'another caption')
    await expect(dropbox.store().move(photo('a.jpg'), 'root', 'archive')).rejects.toMatchObject({
      code: 'photo_not_found',
    })
    expect(dropbox.account.paths()).toHaveLength(3)
  })

  it('carries over an edit of the sidecar during the move', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'old caption')
    dropbox.emulator.interfere((call) => {
      if (call.route !== 'files/move_v2') return undefined
      return { kind: 'hold', until: dropbox.account.seed('/Photos/a.txt', 'new caption') }
    })
    await dropbox.store().move(photo('a.jpg'), 'root', 'archive')
    expect(dropbox.account.paths()).toEqual(['/Photos/archive/a.jpg', '/Photos/archive/a.txt'])
    expect(await dropbox.account.text('/Photos/archive/a.txt')).toBe('new caption')
  })

  it('uses the next number for photo and sidecar when the name is taken at the last moment', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    let raced = false
    dropbox.emulator.interfere((call) => {
      if (call.route !== 'files/move_v2' || raced) return undefined
      raced = true
      return { kind: 'hold', until: dropbox.account.seed('/Photos/archive/a.jpg', 'faster') }
    })
    expect(await dropbox.store().move(photo('a.jpg'), 'root', 'archive')).toBe('a (2).jpg')
    expect(dropbox.account.paths()).toEqual([
      '/Photos/archive/a (2).jpg',
      '/Photos/archive/a (2).txt',
      '/Photos/archive/a.jpg',
    ])
  })

  it('moves a photo once when several callers request the move concurrently', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    const stores = [dropbox.store(), dropbox.store(), dropbox.store()]
    const outcomes = await Promise.allSettled(
      stores.map((store) => store.move(photo('a.jpg'), 'root', 'archive')),
    )
    const names = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(names.length).toBeGreaterThan(0)
    expect(new Set(names)).toEqual(new Set(['a.jpg']))
    expect(errors.every((error) => isPublisherError(error, 'photo_not_found'))).toBe(true)
    expect(dropbox.account.paths()).toEqual(['/Photos/archive/a.jpg', '/Photos/archive/a.txt'])
    expect(await dropbox.account.text('/Photos/archive/a.txt')).toBe('caption')
  })

  it.each(['to', 'from_write'])('waits when Dropbox has too many concurrent writes (%s)', async (tag) => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    const fault = refusedWith(tag, 'too_many_write_operations')
    dropbox.emulator.interfere(onCall('files/move_v2', fault, { times: 2 }))
    expect(await dropbox.store().move(photo('a.jpg'), 'root', 'archive')).toBe('a.jpg')
    expect(dropbox.count('files/move_v2')).toBe(3)
  })

  it.each([
    ['with', ['a.jpg', 'a.txt']],
    ['without', ['a.jpg']],
  ])('completes a move when only the answers were lost (%s a sidecar)', async (_, names) => {
    const dropbox = await startDropbox()
    for (const name of names) await dropbox.account.seed(`/Photos/${name}`, name)
    for (const route of ['files/copy_v2', 'files/move_v2', 'files/delete_v2']) {
      dropbox.emulator.interfere(onCall(route, { kind: 'answer-lost' }))
    }
    expect(await dropbox.store().move(photo('a.jpg'), 'root', 'archive')).toBe('a.jpg')
    expect(dropbox.account.paths()).toEqual(names.map((name) => `/Photos/archive/${name}`))
  })
})

describe('a move that is killed halfway', () => {
  const situations = [
    { name: 'with a free name', taken: [] as string[], target: 'a' },
    { name: 'with a taken name', taken: ['a.jpg', 'a.txt'], target: 'a (2)' },
    { name: 'with an unrelated caption at the target', taken: ['a.txt'], target: 'a (2)' },
  ]
  const ends = [
    { end: 'before its call arrives', fault: broken },
    { end: 'before its answer arrives', fault: { kind: 'answer-lost' } as const },
  ]
  const cases = situations.flatMap((situation) => ends.map((end) => ({ ...situation, ...end })))

  it.each(cases)(
    'finishes a move in the next attempt when it was killed at any call, $end, $name',
    async ({ taken, target, fault }) => {
      for (let killedAt = 1; ; killedAt++) {
        const dropbox = await startDropbox()
        for (const name of taken) await dropbox.account.seed(`/Photos/archive/${name}`, `old ${name}`)
        await dropbox.account.seed('/Photos/a.jpg', 'photo')
        await dropbox.account.seed('/Photos/a.txt', 'caption')

        const first = dropbox.store({ retry: once })
        await first.list('root')
        let calls = 0
        const stop = dropbox.emulator.interfere(() => {
          calls += 1
          if (calls < killedAt) return undefined
          return calls === killedAt ? fault : broken
        })
        const killed = await first.move(photo('a.jpg'), 'root', 'archive').then(
          () => false,
          () => true,
        )
        stop()

        const survivors = dropbox.account.paths()
        const old = taken.map((name) => `/Photos/archive/${name}`)
        const holders = survivors.filter((path) => path.endsWith('.jpg') && !old.includes(path))
        expect(holders, `one photo when killed at call ${killedAt}`).toHaveLength(1)
        expect(survivors, `its sidecar beside it`).toContain(holders[0]?.replace('.jpg', '.txt'))

        const again = await dropbox
          .store()
          .move(photo('a.jpg'), 'root', 'archive')
          .catch((error) => error)
        const finished = isPublisherError(again, 'photo_not_found')
        expect(finished ? `${target}.jpg` : again).toBe(`${target}.jpg`)

        const expected = [...taken, `${target}.jpg`, `${target}.txt`]
          .map((name) => `/Photos/archive/${name}`)
          .sort()
        expect(dropbox.account.paths(), `after a kill at call ${killedAt}`).toEqual(expected)
        expect(await dropbox.account.text(`/Photos/archive/${target}.jpg`)).toBe('photo')
        expect(await dropbox.account.text(`/Photos/archive/${target}.txt`)).toBe('caption')
        if (!killed) break
        expect(killedAt).toBeLessThan(30)
      }
    },
  )
})
