/** Makes what the tests run against: the web app and the Worker, as they are deployed, and the demo's photos. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { samplePhotos } from '../dev/demo/photos.ts'

/** Where demos take their photos from, which need some seconds to be made. */
export const demoTemplate = fileURLToPath(new URL('../dist/demo-template', import.meta.url))

export default async function setup(): Promise<void> {
  for (const script of ['build:ui', 'build:worker']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  await samplePhotos(demoTemplate)
}
