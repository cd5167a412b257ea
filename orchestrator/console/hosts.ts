/** Hosts at which the console answers. */
import type { Hono } from 'hono'
import type { PeopleServices } from '../people-services.ts'
import { createConsole } from './app.ts'

/**
 * Creates the console by host, in the form of the header `Host`. A development machine has no proxy, so that browsers also send the port of
 * the public address.
 */
export function createConsoles(services: PeopleServices): ReadonlyMap<string, Hono> {
  const { CONSOLE_HOST: host, ORCHESTRATOR_PUBLIC_URL: url } = services.env
  if (host === undefined) return new Map()
  const port = URL.parse(url ?? '')?.port ?? ''
  const hosts = host.includes(':') || port === '' ? [host] : [host, `${host}:${port}`]
  return new Map(
    hosts.map((each) => [each, createConsole({ ...services, env: { ...services.env, CONSOLE_HOST: each } })]),
  )
}
