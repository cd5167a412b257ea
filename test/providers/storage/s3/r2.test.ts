import { startR2 } from '../../../../dev/emulators/r2.ts'
import { describeS3Store } from '../../../support/contracts/s3-store.ts'

describeS3Store('R2 in Miniflare', {
  start: startR2,
  rootName: 'odd (é+) root',
  pageSize: 10,
  traits: {},
})
