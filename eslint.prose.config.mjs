/**
 * `npm run check:prose`: refuses breaches of plain English in comments, test titles, documents, messages and page texts.
 * CONTRIBUTING.md holds the rules for people; scripts/prose/ holds those that a program can check.
 */
import css from '@eslint/css'
import markdown from '@eslint/markdown'
import { parsing } from './eslint.config.mjs'
import { prose } from './scripts/prose/plugin.mjs'

const pageTexts = [
  'src/ui/texts/en/*.ts',
  'src/ui/texts/en.ts',
  'src/ui/studio/texts/en*.ts',
  'orchestrator/console/texts/en.ts',
  'src/base/error-codes.ts',
]

/** Files whose strings may break the rules, with the reason. Comments in them may not. */
const exceptions = [
  // Prompts are written for a model, and their wording decides its answers.
  'src/workflow/analysis/prompts.ts',
  // German has its own grammar.
  'src/ui/texts/de/**',
  'src/ui/studio/texts/de*.ts',
  'orchestrator/console/texts/de.ts',
  // The rules themselves name the words that they refuse.
  'scripts/prose/**',
]

const code = '{*.{ts,mjs},{src,orchestrator,dev,bench,soak,scripts,test}/**/*.{ts,tsx,mjs}}'

export default [
  { ignores: ['dist/**', 'node_modules/**', '.demo/**'] },
  ...parsing,
  // A comment cannot switch a rule off: exceptions belong into the list above.
  { files: [code], linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true } },
  { files: [code], plugins: { prose }, rules: { 'prose/comments': 'error' } },
  { files: ['test/**/*.{ts,tsx}'], plugins: { prose }, rules: { 'prose/titles': 'error' } },
  {
    files: ['{src,orchestrator,dev,soak,scripts}/**/*.{ts,tsx}'],
    ignores: [...exceptions, ...pageTexts],
    plugins: { prose },
    rules: { 'prose/messages': 'error' },
  },
  { files: pageTexts, plugins: { prose }, rules: { 'prose/page-texts': 'error' } },
  {
    files: ['src/**/*.css'],
    language: 'css/css',
    plugins: { css, prose },
    rules: { 'prose/comments': 'error' },
  },
  {
    files: ['**/*.md'],
    language: 'markdown/gfm',
    plugins: { markdown, prose },
    rules: { 'prose/markdown': 'error' },
  },
]
