import { describeS3Store } from '../../../support/contracts/s3-store.ts'
import { startS3rver } from '../../../support/fixtures/s3-servers.ts'

// Gets only simple requests because of its faults. It ignores conditions, computes other signatures for odd queries, decodes the source
// of a copy by decodeURI, and fails at a second page.
describeS3Store('s3rver', {
  start: startS3rver,
  rootName: 'root',
  pageSize: 1000,
  traits: { atomic: false, canName: (name: string) => /^[\w .%-]{1,200}$/.test(name) },
})
