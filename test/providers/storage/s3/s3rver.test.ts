import { describeS3Store } from '../../../support/contracts/s3-store.ts'
import { startS3rver } from '../../../support/fixtures/s3-servers.ts'

// Gets only simple requests because of its faults. It deletes empty folders together with files that were just put into them (`fs.rm`,
// recursive) and ignores conditions. It computes other signatures for odd queries, decodes the source of a copy by decodeURI, and
// fails at a second page.
describeS3Store('s3rver', {
  start: startS3rver,
  rootName: 'root',
  pageSize: 1000,
  traits: { atomic: false, steady: false, canName: (name: string) => /^[\w .%-]{1,200}$/.test(name) },
})
