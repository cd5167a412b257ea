/**
 * `npm run check:prose`: refuses breaches of plain English in comments, test titles, documents, messages and page texts.
 * CONTRIBUTING.md holds the rules for people; scripts/prose/ holds those that a program can check.
 */
import css from '@eslint/css'
import markdown from '@eslint/markdown'
import { parsing } from './eslint.config.mjs'
import { prose } from './scripts/prose/plugin.mjs'

const pageTexts = ['src/ui/texts/en/*.ts', 'src/ui/texts/en.ts', 'src/base/error-codes.ts']

/** Exceptions: each names its rule, the words that may stay, and the reason. */
const allowed = []

const code = '{src,orchestrator,dev,bench,soak,scripts,test}/**/*.{ts,tsx,mjs}'
const rule = ['error', { allowed }]

export default [
  // Plain English is for English: German texts have rules of their own.
  { ignores: ['src/ui/texts/de/**', 'dist/**', 'node_modules/**', '.demo/**'] },
  ...parsing,
  { files: [code], linterOptions: { reportUnusedDisableDirectives: 'off' } },
  { files: [code], plugins: { prose }, rules: { 'prose/comments': rule } },
  { files: ['test/**/*.{ts,tsx}'], plugins: { prose }, rules: { 'prose/titles': rule } },
  {
    files: ['{src,orchestrator,dev,soak,scripts}/**/*.{ts,tsx}'],
    // Prompts are written for a model, and their wording decides its answers.
    ignores: ['src/workflow/analysis/prompts.ts', 'scripts/prose/**', ...pageTexts],
    plugins: { prose },
    rules: { 'prose/messages': rule },
  },
  {
    files: pageTexts,
    plugins: { prose },
    rules: { 'prose/page-texts': rule },
  },
  {
    files: ['src/**/*.css'],
    language: 'css/css',
    plugins: { css, prose },
    rules: { 'prose/comments': rule },
  },
  {
    files: ['**/*.md'],
    language: 'markdown/gfm',
    plugins: { markdown, prose },
    rules: { 'prose/markdown': rule },
  },
]
