/** Generator of docs/errors.md from the table of error codes. A test fails while the document is stale. */
import { writeFile } from 'node:fs/promises'
import { errorKinds } from '../src/base/error-codes.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { project } from './deployment.ts'

/** Returns the document as Markdown, with a heading (and so an anchor) for each code. */
export function errorsDocument(): string {
  const sections = Object.entries(errorKinds).map(
    ([code, { status, title, explanation }]) => `## ${code}\n\n${status}: **${title}.** ${explanation}\n`,
  )
  return `# Error codes

Problem documents (RFC 9457) carry a stable \`code\`, and \`type\` leads to its section on \`/errors\` of the same host. See [the API](api.md).
\`npm run docs:errors\` writes this page from [src/base/error-codes.ts](../src/base/error-codes.ts).

${sections.join('\n')}`
}

if (import.meta.main) {
  endWithHelp('node scripts/errors-document.ts: writes docs/errors.md from the table of error codes')
  await writeFile(`${project}docs/errors.md`, errorsDocument())
}
