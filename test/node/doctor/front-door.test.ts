import { describe } from 'vitest'
import { itFinds, nothingOfTenant, type Trouble } from '../../support/fixtures/doctor-faults.ts'
import { host } from '../../support/fixtures/doctor-tenant.ts'

const troubles: Trouble[] = [
  {
    what: 'the environment is incomplete',
    breakIt: ({ variables }) => void delete variables.WEB_SESSION_SECRET,
    differs: {
      environment: 'failed',
      host: 'skipped',
      dns: 'skipped',
      'dns.callback': 'skipped',
      certificate: 'skipped',
      site: 'skipped',
      'sign-in': 'skipped',
      orchestrator: 'skipped',
      configuration: 'skipped',
      ...nothingOfTenant,
    },
    says: /WEB_SESSION_SECRET is required/,
  },
  {
    what: 'the host has two labels under the base domain',
    breakIt: ({ options }) => void Object.assign(options, { host: `a.${host}` }),
    differs: {
      host: 'failed',
      dns: 'skipped',
      certificate: 'skipped',
      site: 'skipped',
      configuration: 'skipped',
      ...nothingOfTenant,
    },
    says: /exactly one label under example/,
  },
  {
    what: 'a TXT record hides the wildcard',
    breakIt: ({ zone }) => void Object.assign(zone, { [host]: {} }),
    differs: { dns: 'failed', certificate: 'skipped', site: 'skipped' },
    says: /an explicit record of this name, or below it, hides the wildcard/,
    todo: /Remove every record at photos\.example/,
  },
  {
    what: 'the host has no record and there is no wildcard',
    breakIt: ({ zone }) => void delete zone['*'],
    differs: { dns: 'failed', 'dns.callback': 'failed', certificate: 'skipped', site: 'skipped' },
    says: /no DNS record, and there is no wildcard/,
    todo: /Add `CNAME \*` to the zone of example/,
  },
  {
    what: 'the host points to a deleted app',
    breakIt: ({ zone }) => void Object.assign(zone, { [host]: { cname: 'gone.herokudns.com' } }),
    differs: { dns: 'failed', certificate: 'skipped', site: 'skipped' },
    says: /points to gone\.herokudns\.com, which has no address/,
  },
  {
    what: 'the wildcard points to herokuapp.com',
    breakIt: ({ zone }) => void Object.assign(zone, { '*': { cname: 'app.herokuapp.com' } }),
    differs: { dns: 'failed', certificate: 'skipped', site: 'skipped' },
    says: /for which Heroku cannot issue a certificate/,
    todo: /herokudns\.com/,
  },
  {
    what: 'the host has an explicit record',
    breakIt: ({ zone }) => void Object.assign(zone, { [host]: { cname: 'other.herokudns.com' } }),
    differs: { dns: 'warning' },
    says: /an explicit record hides the wildcard \(happy-tree\.herokudns\.com\)/,
    todo: /Expected for a dedicated app/,
  },
  {
    what: 'the host has a record but there is no wildcard',
    breakIt: ({ zone }) => {
      delete zone['*']
      Object.assign(zone, { [host]: { a: ['127.0.0.1'] }, 'app.example': { a: ['127.0.0.1'] } })
    },
    differs: { dns: 'warning' },
    says: /there is no wildcard \*\.example/,
  },
  {
    what: 'CAA forbids the wildcard certificate',
    breakIt: ({ zone }) =>
      void Object.assign(zone, {
        example: { caa: [{ issue: 'letsencrypt.org' }, { issuewild: 'pki.goog' }] },
      }),
    differs: { dns: 'warning' },
    says: /CAA records of example keep letsencrypt\.org from/,
    todo: /issuewild "letsencrypt\.org"/,
  },
  {
    what: 'no name server answers',
    breakIt: ({ zone }) => void Object.assign(zone, { down: {} }),
    differs: { dns: 'failed', 'dns.callback': 'failed', certificate: 'skipped', site: 'skipped' },
    says: /the name servers do not answer.*ETIMEOUT/,
  },
  {
    what: 'the callback host is hidden by a record',
    breakIt: ({ zone }) => void Object.assign(zone, { 'app.example': {} }),
    differs: { 'dns.callback': 'failed' },
    says: /app\.example has no address, so sign-in cannot work/,
  },
  {
    what: 'the certificate is for another host',
    breakIt: ({ options }) => void Object.assign(options, { host: 'other.example' }),
    differs: {
      certificate: 'failed',
      site: 'skipped',
      configuration: 'failed',
      ...nothingOfTenant,
    },
    says: /the certificate is for photos\.example, not for other\.example/,
  },
  {
    what: 'the certificate has expired',
    breakIt: ({ options }) => void Object.assign(options, { now: () => Date.UTC(2130, 0) }),
    differs: { certificate: 'failed', site: 'skipped' },
    says: /expired on 2120-01-01/,
    todo: /heroku certs:auto/,
  },
  {
    what: 'the certificate expires soon',
    breakIt: ({ options }) => void Object.assign(options, { now: () => Date.UTC(2119, 11, 20) }),
    differs: { certificate: 'warning' },
    says: /only 12 days left, so it is not being renewed/,
  },
  {
    what: 'the issuer of the certificate is unknown',
    breakIt: ({ door }) => void delete door.ca,
    differs: { certificate: 'failed', site: 'skipped' },
    says: /browsers do not trust the certificate.*SELF_SIGNED/,
  },
  {
    what: 'nothing listens at the address of the host',
    breakIt: ({ door }) => void Object.assign(door, { port: 1 }),
    differs: { certificate: 'failed', site: 'skipped' },
    says: /cannot open a TLS connection to photos\.example.*ECONNREFUSED/,
    todo: /heroku domains/,
  },
  {
    what: 'another application answers for the host',
    breakIt: (practice) => {
      practice.site = () => new Response('There is nothing here, yet.', { status: 404 })
    },
    differs: { site: 'failed' },
    says: /another program answers \(404\)/,
    todo: /heroku domains:add/,
  },
  {
    what: 'the running program does not know the tenant',
    breakIt: (practice) => {
      practice.site = () => Response.json({ code: 'tenant_not_found' }, { status: 404 })
    },
    differs: { site: 'failed' },
    says: /does not know this tenant/,
    todo: /ORCHESTRATOR_BASE_DOMAIN/,
  },
]

describe('the doctor’s check of DNS, certificate and site', () => itFinds(troubles))
