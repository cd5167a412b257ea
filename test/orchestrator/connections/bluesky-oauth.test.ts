import { afterAll, beforeAll } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import { describeVendor } from '../../support/contracts/vendor.ts'
import { openOAuthScene } from '../../support/fixtures/bluesky-vendor.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: [] })
})
afterAll(() => server.close())

describeVendor('Bluesky with OAuth', () => openOAuthScene(server))
