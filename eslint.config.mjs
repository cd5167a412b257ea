/**
 * `npm run check:regexps`: refuses regular expressions whose work grows faster than the text they read. Biome lints everything else.
 * eslint-plugin-regexp knows patterns that begin with a quantifier; recheck finds a text that makes any other pattern slow.
 */
import { stripTypeScriptTypes } from 'node:module'
import { transformSync } from 'esbuild'
import regexp from 'eslint-plugin-regexp'
import { checkSync } from 'recheck'

/** Longest search for a slow text. A pattern that takes longer to judge is refused. Milliseconds. */
const timeoutMs = 20_000

/** Gives ESLint's own parser JavaScript. Lines and columns stay, except in files with JSX. */
const withoutTypes = {
  preprocess: (text, filename) => [
    filename.endsWith('.tsx')
      ? transformSync(text, { loader: 'tsx', jsx: 'preserve', target: 'esnext' }).code
      : filename.endsWith('.ts')
        ? stripTypeScriptTypes(text)
        : text,
  ],
  postprocess: (messages) => messages.flat(),
}

/** What was found of a pattern: files share many. */
const judged = new Map()

function judge(pattern, flags) {
  const key = `${flags}/${pattern}`
  const found = judged.get(key) ?? checkSync(pattern, flags, { timeout: timeoutMs })
  judged.set(key, found)
  return found
}

const noSlowMatch = {
  create: (context) => ({
    Literal(node) {
      if (!node.regex) return
      const { pattern, flags } = node.regex
      // recheck does not know the flag `v`; the two rules of eslint-plugin-regexp do.
      if (flags.includes('v')) return
      const found = judge(pattern, flags)
      if (found.status === 'safe') return
      const attack = found.status === 'vulnerable' ? found.attack.pattern : found.error.kind
      context.report({ node, message: `Work on a text grows faster than its length: ${attack}` })
    },
  }),
}

export default [
  {
    files: ['**/*.{ts,tsx,mjs}'],
    languageOptions: { ecmaVersion: 'latest', parserOptions: { ecmaFeatures: { jsx: true } } },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { regexp, ours: { rules: { 'no-slow-match': noSlowMatch } } },
    processor: withoutTypes,
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      // A sticky pattern is tried at one place only.
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
      'ours/no-slow-match': 'error',
    },
  },
]
