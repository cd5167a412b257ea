/** Reads the text that `GET /metrics` answers with. */
import { type Fleet, https } from './fleet.ts'

export const metricsToken = 'metrics-token-canary-0123456789'

/** Asks for it as Prometheus does. */
export async function scrape(fleet: Fleet, host = '10.0.0.1'): Promise<string> {
  const headers = { ...https, authorization: `Bearer ${metricsToken}` }
  const response = await fleet.host.request(host, '/metrics', { headers })
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`)
  return response.text()
}

/** The sum of all samples of this exact name that carry these labels. */
export function sampleOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples(text)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export function samples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text])
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}
