/** Checks about `/v1/runtime/by-host`. */
import { parseRuntimeAnswer } from '../../../src/contract/runtime-answer.ts'
import { unknownKeys, unknownKeyText } from '../../../src/contract/unknown-keys.ts'
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
    name: 'POST by-host answers what the publisher understands, or 405',
    why: 'The publisher treats any other answer as an outage of this tenant.',
    run: async (subject) => {
      const response = await postByHost(subject, subject.host)
      if (response.status === 405) throw new NotApplicable('POST answers 405, so the publisher uses GET')
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'GET by-host answers what the publisher understands, or 405 where POST works',
    why: 'GET is what the publisher falls back to.',
    run: async (subject) => {
      const response = await getByHost(subject, subject.host)
      if (response.status !== 405) return expectRuntimeAnswer(response)
      const byPost = await postByHost(subject, subject.host)
      if (byPost.status === 405) throw new Error('both methods answer 405')
      throw new NotApplicable('GET answers 405, so the publisher uses POST')
    },
  },
  {
    name: 'the publisher knows every key of the configuration and can use every field',
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
    name: 'the configuration holds no secret',
    why: 'It is cached, shared between processes and read by operators.',
    run: async (subject) => {
      const found = secretsIn(await jsonOf(await askByHost(subject, subject.host)))
      if (found.length > 0) throw new Error(`it looks as if there were secrets at ${found.join(', ')}`)
    },
  },
  {
    name: 'an unknown host is 404',
    why: 'Strangers invent hosts; anything but 404 is retried or taken for an outage.',
    run: async (subject) => {
      expectStatus(await askByHost(subject, unknownHostBeside(subject.host)), 404)
    },
  },
  {
    name: 'a suspended host cannot be told from an unknown one',
    why: 'Who is a customer is nobody’s business.',
    run: async (subject) => {
      if (!subject.suspendedHost) throw new NotApplicable('needs --suspended-host')
      const suspended = await askByHost(subject, subject.suspendedHost)
      expectStatus(suspended, 404)
      await expectSame(suspended, await askByHost(subject, unknownHostBeside(subject.host)))
    },
  },
  {
    name: 'an unknown and a suspended host take the same time',
    why: 'Time tells as much as words.',
    run: async () => {
      throw new NotApplicable('over a network, too few calls are made here to compare times honestly')
    },
  },
  {
    name: 'a host in upper case, with a port and a trailing dot is the same host, or 404',
    why: 'The publisher normalises by itself; an error of the server would be retried.',
    run: async (subject) => {
      const response = await askByHost(subject, `${subject.host.toUpperCase()}.:443`)
      if (response.status === 404 || response.status === 400) {
        throw new NotApplicable(`it answers ${response.status}: hosts must be normalised by the caller`)
      }
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'a POST whose body is no JSON, or names no host, is 400',
    why: 'A caller’s mistake must not look like an outage or an unknown tenant.',
    run: async (subject) => {
      for (const body of ['', '{', '[]', 'null', '{}', '{"host": 17}', '{"host": ""}']) {
        const response = await post(subject, runtimePath, body)
        if (response.status === 405) throw new NotApplicable('POST answers 405')
        expectStatus(response, 400, `a body of ${body.length} characters`)
      }
    },
  },
  {
    name: 'a GET that names no host is 400',
    why: 'The same, for orchestrators that are asked by GET.',
    run: async (subject) => {
      for (const query of ['', '?host=']) {
        const response = await get(subject, runtimePath + query)
        if (response.status === 405) throw new NotApplicable('GET answers 405')
        expectStatus(response, 400)
      }
    },
  },
  {
    name: 'If-None-Match with the current version is 304 without a body',
    why: 'It saves sending and reading configurations that have not changed.',
    run: async (subject) => {
      const { config_version } = await envelopeOf(await askByHost(subject, subject.host))
      const response = await askByHost(subject, subject.host, { 'if-none-match': `"${config_version}"` })
      if (response.status === 200) {
        throw new NotApplicable('it knows no conditional requests, which the contract allows')
      }
      expectStatus(response, 304)
      if ((await response.text()) !== '') throw new Error('the 304 has a body')
    },
  },
  {
    name: 'If-None-Match with another version is 200',
    why: 'A publisher with an old version would never see the new one.',
    run: async (subject) => {
      const response = await askByHost(subject, subject.host, {
        'if-none-match': '"a-version-that-never-was"',
      })
      await expectRuntimeAnswer(response)
    },
  },
  {
    name: 'the version stays the same while nothing changes',
    why: 'A new version makes the publisher drop all that it has derived from the old one.',
    run: async (subject) => {
      const first = await envelopeOf(await askByHost(subject, subject.host))
      const second = await envelopeOf(await askByHost(subject, subject.host))
      if (first.config_version !== second.config_version) throw new Error('two answers have two versions')
    },
  },
  {
    name: 'the TTL is 0, absent, or between 5 and 3600 seconds',
    why: 'The publisher clamps anything else, so it would not do what was meant.',
    run: async (subject) => {
      const { ttl_seconds } = await envelopeOf(await askByHost(subject, subject.host))
      if (ttl_seconds && (ttl_seconds < 5 || ttl_seconds > 3600)) throw new Error(`it is ${ttl_seconds}`)
    },
  },
]
