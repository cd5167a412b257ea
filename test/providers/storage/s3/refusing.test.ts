import { startR2 } from '../../../../dev/emulators/r2.ts'
import { describeS3Store } from '../../../support/contracts/s3-store.ts'
import { errorAnswer } from '../../../support/fakes/s3-bucket.ts'

/** Simulates a server that refuses conditional writes, and nothing else. */
const refusing: typeof fetch = async (input, init) => {
  const asked = new Request(input, init)
  const { method, headers } = asked
  const isConditional = method === 'PUT' && (headers.has('if-none-match') || headers.has('if-match'))
  const { body, status } = errorAnswer(501, 'NotImplemented')
  return isConditional ? new Response(body, { status }) : fetch(asked)
}

describeS3Store('a server that answers 501 to conditions, like Backblaze B2', {
  start: startR2,
  rootName: 'root',
  pageSize: 1000,
  request: refusing,
  traits: { atomic: false },
})
