/**
 * `npm run check:size`: refuses files over 300 lines and functions over 80, with blank lines and comments counted.
 * A file or function that has to be longer says why: `// eslint-disable-next-line max-lines-per-function -- the reason`.
 */
import { parsing, sources } from './eslint.config.mjs'

const reasonedDisable = {
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const comment of sourceCode.getAllComments()) {
        const isBare = /^\s*eslint-disable/.test(comment.value) && !/ -- \S/.test(comment.value)
        if (isBare) report({ loc: comment.loc, message: 'Say after ` -- ` why the rule does not apply.' })
      }
    },
  }),
}

export default [
  ...parsing,
  {
    files: sources.files,
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { ours: { rules: { 'reasoned-disable': reasonedDisable } } },
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 80, IIFEs: true }],
      'ours/reasoned-disable': 'error',
    },
  },
]
