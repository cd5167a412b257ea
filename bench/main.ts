/** `npm run bench`: measures, prints the tables, and keeps them in docs/performance.md. */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { endWithHelp } from '../src/node/usage.ts'
import { measureConfigCache } from './config-cache.ts'
import { measureStartup } from './startup.ts'
import { renderTable, type Table } from './table.ts'
import { measureTenants } from './tenants.ts'
import { measureThroughput, publisherEnvironment } from './throughput.ts'
import { measureThumbnails } from './thumbnails.ts'
import { measureWebApp } from './web-app.ts'
import { measureGrid } from './web-app-grid.ts'
import { measureWorkflow } from './workflow.ts'

endWithHelp('npm run bench: measures for some minutes, prints the tables and writes docs/performance.md')
const project = fileURLToPath(new URL('../', import.meta.url))
const report = `${project}docs/performance.md`

const introduction = `# Performance

Measured by \`npm run bench\`, which writes this page. Compare figures of one run only: they are taken side by side, alternating, on one machine.

`

execFileSync('npm', ['run', '--silent', 'build:ui'], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
const machine = `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}.\n\n`
const tables: Table[] = []
for (const measure of [
  async () => [await measureThroughput()],
  // Before what fills this process: the reducer waits while there is little memory left.
  measureThumbnails,
  measureWorkflow,
  measureWebApp,
  async () => [await measureGrid()],
  async () => [await measureTenants()],
  async () => [await measureConfigCache()],
  async () => [await measureStartup(await publisherEnvironment())],
]) {
  for (const table of await measure()) {
    tables.push(table)
    console.log(renderTable(table))
  }
}
await writeFile(report, introduction + machine + tables.map(renderTable).join('\n'))
console.log(`Kept in ${report}`)
