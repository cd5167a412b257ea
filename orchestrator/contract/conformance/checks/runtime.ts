/** Checks of `/v1/runtime/by-host`. */
import { parseRuntimeAnswer } from '../../../../src/contract/runtime-answer.ts'
import { unknownKeys, unknownKeyText } from '../../../../src/contract/unknown-keys.ts'
import type { Check } from '../check.ts'
import {
  envelopeOf,
  expectRuntimeAnswer,
  expectSame,
  expectStatus,
  jsonOf,
  NotApplicable,
  unknownHostBeside,
} from '../expectations.ts'
import { secretsIn } from '../secret-patterns.ts'
import { askByHost, get, getByHost, post, postByHost, runtimePath } from '../subject.ts'

export const runtimeChecks: readonly Check[] = [
  {
    name: 'answers POST by-host with a configuration that the publisher understands, or 405',
    why: 'The publisher treats any other answer as an outage of this tenant.',
    run: async (subject) => {
      const response = await postByHost(subject, subject.host)
      if (response.status === 405) throw new NotApplicable('POST answers 405, so the publisher uses GET')
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'answers GET by-host with a configuration that the publisher understands, or 405 if POST works',
    why: 'The publisher falls back to GET.',
    run: async (subject) => {
      const response = await getByHost(subject, subject.host)
      if (response.status !== 405) return expectRuntimeAnswer(response)
      const byPost = await postByHost(subject, subject.host)
      if (byPost.status === 405) throw new Error('both methods answer 405')
      throw new NotApplicable('GET answers 405, so the publisher uses POST')
    },
  },
  {
    name: 'sends only keys that the publisher knows and fields that it can use',
    why: 'The publisher ignores an unknown key, and gives an unusable field its default.',
    run: async (subject) => {
      const body = await jsonOf(await askByHost(subject, subject.host))
      const answer = parseRuntimeAnswer(body)
      const faults = answer === 'other_app_type' ? [] : answer.faults
      if (faults.length > 0) throw new Error(faults.map(({ path, reason }) => `${path} ${reason}`).join(', '))
      const unknown = unknownKeys(body)
      if (unknown.length > 0) throw new NotApplicable(unknown.map(unknownKeyText).join(', '))
    },
  },
  {
    name: 'sends no secret in the configuration',
    why: 'Configurations are cached, shared between processes, and read by operators.',
    run: async (subject) => {
      const found = secretsIn(await jsonOf(await askByHost(subject, subject.host)))
      if (found.length > 0) throw new Error(`there may be secrets at ${found.join(', ')}`)
    },
  },
  {
    name: 'answers an unknown host with 404',
    why: 'Clients invent hosts. The publisher would retry any other answer, or treat it as an outage.',
    run: async (subject) => {
      expectStatus(await askByHost(subject, unknownHostBeside(subject.host)), 404)
    },
  },
  {
    name: 'answers a suspended host exactly like an unknown host',
    why: 'Strangers could find out which hosts belong to customers.',
    run: async (subject) => {
      if (!subject.suspendedHost) throw new NotApplicable('needs --suspended-host')
      const suspended = await askByHost(subject, subject.suspendedHost)
      expectStatus(suspended, 404)
      await expectSame(suspended, await askByHost(subject, unknownHostBeside(subject.host)))
    },
  },
  {
    name: 'takes the same time for an unknown and a suspended host',
    why: 'The response time would reveal suspended hosts.',
    run: async () => {
      throw new NotApplicable('the suite makes too few calls to compare times over a network')
    },
  },
  {
    name: 'answers a host in upper case, with a port and a trailing dot, like the host itself or with 404',
    why: 'The publisher normalises hosts, but it would retry a server error.',
    run: async (subject) => {
      const response = await askByHost(subject, `${subject.host.toUpperCase()}.:443`)
      if (response.status === 404 || response.status === 400) {
        throw new NotApplicable(`it answers ${response.status}, so callers must normalise hosts`)
      }
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'answers a POST with 400 if its body is not JSON or names no host',
    why: 'A caller’s mistake would look like an outage or an unknown tenant.',
    run: async (subject) => {
      for (const body of ['', '{', '[]', 'null', '{}', '{"host": 17}', '{"host": ""}']) {
        const response = await post(subject, runtimePath, body)
        if (response.status === 405) throw new NotApplicable('POST answers 405')
        expectStatus(response, 400, `the call with a body of ${body.length} characters`)
      }
    },
  },
  {
    name: 'answers a GET without a host with 400',
    why: 'A caller’s mistake would look like an outage or an unknown tenant.',
    run: async (subject) => {
      for (const query of ['', '?host=']) {
        const response = await get(subject, runtimePath + query)
        if (response.status === 405) throw new NotApplicable('GET answers 405')
        expectStatus(response, 400)
      }
    },
  },
  {
    name: 'answers If-None-Match of the current version with 304 and no body',
    why: 'Both programs would send and parse unchanged configurations.',
    run: async (subject) => {
      const { config_version } = await envelopeOf(await askByHost(subject, subject.host))
      const response = await askByHost(subject, subject.host, { 'if-none-match': `"${config_version}"` })
      if (response.status === 200) {
        throw new NotApplicable('it does not support conditional requests, which the contract allows')
      }
      expectStatus(response, 304)
      if ((await response.text()) !== '') throw new Error('the 304 has a body')
    },
  },
  {
    name: 'answers If-None-Match of another version with 200',
    why: 'A publisher with an old version would never see the new version.',
    run: async (subject) => {
      const response = await askByHost(subject, subject.host, {
        'if-none-match': '"a-version-that-never-was"',
      })
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'keeps the version while nothing changes',
    why: 'A new version makes the publisher discard everything that it derived from the old version.',
    run: async (subject) => {
      const first = await envelopeOf(await askByHost(subject, subject.host))
      const second = await envelopeOf(await askByHost(subject, subject.host))
      if (first.config_version !== second.config_version) throw new Error('two answers have two versions')
    },
  },
  {
    name: 'sends no TTL, or a TTL of 0 or of 5 to 3600 seconds',
    why: 'The publisher would clamp any other TTL.',
    run: async (subject) => {
      const { ttl_seconds } = await envelopeOf(await askByHost(subject, subject.host))
      if (ttl_seconds && (ttl_seconds < 5 || ttl_seconds > 3600)) throw new Error(`it is ${ttl_seconds}`)
    },
  },
]
