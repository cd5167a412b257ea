/**
 * `npm run check:lint`: refuses regular expressions whose work grows faster than the text they read, and types that are imported in place.
 * Biome lints everything else. eslint-plugin-regexp knows patterns that begin with a quantifier; recheck finds a text that makes any other
 * pattern slow.
 */
import babelParser from '@babel/eslint-parser'
import regexp from 'eslint-plugin-regexp'
import { checkSync } from 'recheck'

/** Longest search for a slow text. A pattern that takes longer to judge is refused. Milliseconds. */
const timeoutMs = 20_000

/** Reads TypeScript. ESLint's own parser cannot, and typescript-eslint needs a TypeScript below 7. */
export const sources = {
  files: ['**/*.{ts,tsx,mjs}'],
  languageOptions: {
    parser: babelParser,
    parserOptions: { requireConfigFile: false, babelOptions: { babelrc: false, configFile: false } },
  },
}

/** Parser plugins. An arrow function with a type parameter is no element in files without JSX. */
const syntax = (...plugins) => ({
  languageOptions: { parserOptions: { babelOptions: { parserOpts: { plugins } } } },
})

/** Configuration that every check with ESLint begins with. */
export const parsing = [
  sources,
  { files: ['**/*.ts'], ...syntax('typescript') },
  { files: ['**/*.tsx'], ...syntax('typescript', 'jsx') },
]

/** Verdicts by pattern: files share many. */
const judged = new Map()

/** Judges a pattern. recheck searches at random: a fixed seed gives the same verdict on every run. */
function judge(pattern, flags) {
  const key = `${flags}/${pattern}`
  const found = judged.get(key) ?? checkSync(pattern, flags, { timeout: timeoutMs, randomSeed: 1 })
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
  ...parsing,
  {
    files: sources.files,
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { regexp, ours: { rules: { 'no-slow-match': noSlowMatch } } },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      // A sticky pattern is tried at one place only.
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
      'ours/no-slow-match': 'error',
      // dependency-cruiser does not see this form, so an arrow could hide in it.
      'no-restricted-syntax': [
        'error',
        { selector: 'TSImportType', message: 'Import the type at the top of the file.' },
      ],
    },
  },
]
