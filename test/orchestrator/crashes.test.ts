import { afterAll, describe, expect, it } from 'vitest'
import { crashRepeatedly } from '../support/fixtures/control-plane/crashes.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'

/** `npm run prove:crashes` kills 200 processes on each database. */
const kills = 12

describe.each(databaseKinds)('a control plane on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('loses no acknowledged change and leaves none half done when writers are killed at random moments', async () => {
    await using place = await databases.createMigrated()
    await place.opened()
    const report = await crashRepeatedly(place.variables, place.open, kills)
    expect(report.faults).toEqual([])
    expect(report.kills).toBe(kills)
    expect(report.acknowledged).toBeGreaterThan(kills)
  }, 120_000)
})
