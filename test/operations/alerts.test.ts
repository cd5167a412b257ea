import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { createNodeMetrics } from '../../src/node/process-metrics.ts'
import type { Level, Metrics } from '../../src/ports/metrics.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFile(project + path, 'utf8')

const levels: readonly Level[] = [
  'requests_in_flight',
  'configurations',
  'unknown_hosts',
  'image_original_bytes',
  'image_decode_bytes',
  'image_tasks_waiting',
  'ai_calls_waiting',
  'upload_bytes',
  'redis_up',
  'storage_places_waiting',
  'ai_places_waiting',
  'posts_waiting',
  'posted_picture_bytes',
]

/** Returns metrics that have counted every kind of event. */
function busyProcess(): Metrics {
  const metrics = createNodeMetrics('web.1')
  metrics.answered({ method: 'GET', route: '/', status: 200, seconds: 0.1 })
  metrics.refused('busy')
  metrics.resolved('hit')
  metrics.called({ to: 'orchestrator', operation: 'runtime', outcome: 'ok', seconds: 0.1 })
  metrics.called({ to: 's3', operation: 'list', outcome: 'ok', seconds: 0.1 })
  metrics.storageCalled('s3', 'A')
  metrics.rejected('s3', 'vendor_down')
  metrics.breakerChanged('s3', 'open')
  metrics.published('telegram', 'sent')
  metrics.changed('telegram', 'retract', 'done')
  metrics.logged('warn', 'refused')
  metrics.uncaught('exception')
  metrics.redisFailed('slow')
  for (const level of levels) metrics.watch(level, () => 1)
  return metrics
}

/** Returns the exported metrics with their labels. Histograms have the names that queries use. */
async function exported(): Promise<{ families: Set<string>; series: Map<string, Set<string>> }> {
  const { text = '' } = (await busyProcess().expose?.()) ?? {}
  const families = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => [name, type]),
  )
  const series = new Map<string, Set<string>>()
  for (const [name, type] of families) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
      series.set(name + suffix, new Set())
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) series.get(name)?.add(label)
  }
  return { families: new Set(families.keys()), series }
}

/** Returns the metrics of a PromQL query, with the labels of their selectors. */
function selectorsOf(query: string): { name: string; labels: string[] }[] {
  return [...query.matchAll(/\b((?:publisher|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', labels = '']) => ({
      name,
      labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }),
  )
}

/** Returns the labels that a query groups by. */
function groupsOf(query: string): string[] {
  return [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/))
}

const groupsSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
})
const dashboardSchema = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
})

async function alertQueries(): Promise<[title: string, query: string][]> {
  const { groups } = groupsSchema.parse(parse(await read('ops/prometheus/alerts.yml')))
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr]))
}

async function dashboardQueries(): Promise<[title: string, query: string][]> {
  const { panels } = dashboardSchema.parse(JSON.parse(await read('ops/grafana/publisher-dashboard.json')))
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr]))
}

describe('the metrics in alerts, dashboard and documents', () => {
  it.each([
    ['alerts', alertQueries],
    ['dashboard', dashboardQueries],
  ])('has only exported metrics and labels in the %s', async (_title, queries) => {
    const { series } = await exported()
    const asked = await queries()
    expect(asked.length).toBeGreaterThan(10)
    const wrong = asked.flatMap(([title, query]) => {
      const selectors = selectorsOf(query)
      // Prometheus adds `job` and `instance`. All our metrics have `process`.
      const known = new Set([
        'job',
        'instance',
        'process',
        ...selectors.flatMap(({ name }) => [...(series.get(name) ?? [])]),
      ])
      const unknown = selectors.filter(({ name }) => !series.has(name)).map(({ name }) => name)
      const labels = [...selectors.flatMap((selector) => selector.labels), ...groupsOf(query)]
      return [...unknown, ...labels.filter((label) => !known.has(label))].map((word) => `${title}: ${word}`)
    })
    expect(wrong).toEqual([])
  })

  it('lists every exported metric, and no other, in monitoring.md', async () => {
    const { families } = await exported()
    const document = await read('docs/operations/monitoring.md')
    const listed = [...document.matchAll(/^\| `((?:publisher|process|nodejs)_\w+)`/gm)].map(
      ([, name = '']) => name,
    )
    expect(listed.toSorted()).toEqual([...families].toSorted())
  })

  it('lists every label of our own metrics in monitoring.md', async () => {
    const { series } = await exported()
    const document = await read('docs/operations/monitoring.md')
    for (const [, name = '', labels = ''] of document.matchAll(
      /^\| `(publisher_\w+)` \| \w+ \|([^|]*)\|/gm,
    )) {
      const listed = [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)
      const actual = series.get(name) ?? series.get(`${name}_sum`) ?? new Set()
      expect([name, ...listed.toSorted()]).toEqual([
        name,
        ...[...actual].filter((label) => label !== 'process').toSorted(),
      ])
    }
  })
})

describe('the alerts', () => {
  const folder = `${project}ops/prometheus/`
  /** Runs promtool, which Debian has in the package `prometheus`. */
  function promtool(...args: string[]): string {
    try {
      return execFileSync('promtool', args, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new Error('promtool is missing. Install it with: apt-get install prometheus')
      }
      const said = error instanceof Error && 'stdout' in error ? `${error.stdout}` : ''
      const complained = error instanceof Error && 'stderr' in error ? `${error.stderr}` : ''
      throw new Error(`promtool ${args.join(' ')} failed: ${said}${complained}`)
    }
  }

  it('has rules that Prometheus accepts', async () => {
    const rules = (await alertQueries()).length
    expect(promtool('check', 'rules', 'alerts.yml')).toContain(`SUCCESS: ${rules} rules found`)
  })

  it('passes the rule tests of alerts.test.yml', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS')
  }, 120_000)

  it('has dashboard queries that Prometheus can parse', async () => {
    const queries = (await dashboardQueries()).map(([, query]) => query.replaceAll('$job', 'publisher'))
    const rules = queries.map((expr, index) => ({ record: `dashboard:query_${index}`, expr }))
    const folder = await mkdtemp(join(tmpdir(), 'publisher-dashboard-'))
    try {
      await writeFile(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'dashboard', rules }] }))
      expect(promtool('check', 'rules', join(folder, 'rules.yml'))).toContain(
        `SUCCESS: ${rules.length} rules found`,
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('has a rule test in which each alert fires', async () => {
    const cases = await read('ops/prometheus/alerts.test.yml')
    const shown = new Set(
      [...cases.matchAll(/alertname: (\w+)\n.*\n\s+exp_alerts:\n/g)].map(([, name]) => name),
    )
    expect([...shown].toSorted()).toEqual((await alertQueries()).map(([alert]) => alert).toSorted())
  })

  it('uses metrics that Prometheus can parse, with names that follow its guidelines', async () => {
    const { text = '' } = (await busyProcess().expose?.()) ?? {}
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    // Exit code 3: valid, with remarks. Remarks about prom-client's own metrics do not concern us.
    expect([0, 3]).toContain(checked.status)
    expect(checked.stderr.split('\n').filter((line) => line.startsWith('publisher_'))).toEqual([])
  })
})
