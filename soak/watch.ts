/** Continuous checks of the hosts from outside: memory, metrics and log lines. */
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { type HostProcess, peakMemory } from './processes.ts'
import type { Judge } from './rules.ts'
import type { Fleet } from './traffic.ts'
import { pauseQuietly } from './troubles.ts'
import { metricsToken } from './world.ts'

/** Memory limit of a host. */
const maxMegabytes = 512
const mostSeries = 2000

/** Checks memory and metrics twice a second and records the peak memory of any host. */
export async function watch(
  { hosts, inbox, judge }: Fleet,
  peaks: { megabytes: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    inbox.collect()
    await Promise.all(hosts.map((host) => lookAtMetrics(host, judge)))
    for (const { pid, index } of hosts) {
      // The process may have just ended.
      const megabytes = await peakMemory(pid).catch(() => Number.NaN)
      if (Number.isNaN(megabytes)) continue
      peaks.megabytes = Math.max(peaks.megabytes, megabytes)
      judge.expect('memory', megabytes < maxMegabytes, () => `host ${index}: ${megabytes.toFixed(0)} MB`)
    }
    await pauseQuietly(500, signal)
  }
}

async function lookAtMetrics({ port }: HostProcess, judge: Judge): Promise<void> {
  const headers = { authorization: `Bearer ${metricsToken}` }
  // The process may have just ended.
  const response = await sendTo(port, `any.${baseDomain}`, '/metrics', { headers }).catch(() => null)
  if (response?.status !== 200) return
  const series = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const namesTenant = series.find((line) => /soak\d{4}/.test(line))
  judge.expect(
    'series',
    series.length <= mostSeries && namesTenant === undefined,
    () => `${series.length} series; ${namesTenant}`,
  )
}

/** Checks one log line of a host against the rules. */
export function judgeLine(line: string, judge: Judge): void {
  const { tenant, who = '' }: { tenant?: string; who?: string } = JSON.parse(line)
  // An audit line names the refused person.
  const names = line.replaceAll(who || ' ', '').match(/soak\d{4}/g) ?? []
  const isOwn = tenant === undefined ? true : names.every((name) => name === tenant)
  judge.expect('logs', isOwn && !line.includes('canary'), () => line.slice(0, 400))
}
