/** ESLint plugin behind `npm run check:prose`. eslint.prose.config.mjs decides where each rule applies. */
import { commentTexts } from './comments.ts'
import {
  commentFaults,
  maxCellLength,
  messageFaults,
  sentenceFaults,
  titleFaults,
  wordFaults,
} from './faults.ts'

const advice = {
  opening: 'Begin with a verb or a noun',
  pronoun: 'Name the actor',
  length: 'At most 25 words in a sentence',
  marks: 'At most one colon or semicolon in a sentence',
  citation: 'Cite only this repository or the public web',
  phrase: 'Say it shorter',
  title: 'Write a whole sentence that begins with a verb in the third person',
  cell: `At most ${maxCellLength} characters in a table cell`,
}

/** Reports the faults of a text. */
function reporter(context) {
  return (place, faults) => {
    for (const { rule, found } of faults) {
      context.report({ ...place, message: `${advice[rule]} (${rule}): ${JSON.stringify(found)}` })
    }
  }
}

const commentsRule = {
  create(context) {
    const report = reporter(context)
    const check = () => {
      const comments = context.sourceCode.getAllComments?.() ?? context.sourceCode.comments
      for (const { text, loc } of commentTexts(comments)) report({ loc }, commentFaults(text))
    }
    return { Program: check, StyleSheet: check }
  },
}

/** Returns the text of a string or a template; a value in a template counts as one word. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('X')
  if (node?.type === 'JSXText') return node.value
  return null
}

/** Returns the name of the function that a call begins with: `it` in `it.each(cases)(title)`. */
function nameOf(callee) {
  if (callee.type === 'CallExpression') return nameOf(callee.callee)
  if (callee.type === 'MemberExpression') return nameOf(callee.object)
  if (callee.type === 'TaggedTemplateExpression') return nameOf(callee.tag)
  return callee.name
}

/** Checks titles of tests, also of functions of this project that wrap `it`. */
const titlesRule = {
  create(context) {
    const report = reporter(context)
    return {
      CallExpression(node) {
        if (!/^(?:it|test)(?:[A-Z]\w*)?$/.test(nameOf(node.callee) ?? '') || node.arguments.length < 2) return
        const title = textOf(node.arguments[0])
        if (title !== null) report({ node: node.arguments[0] }, titleFaults(title))
      },
    }
  },
}

/** Texts under four words are names, codes and parts. */
const isSentence = (text) => text.trim().split(/\s+/).length >= 4

/** Checks strings that people may read: messages of the API, the log, the doctor, help. */
const messagesRule = {
  create(context) {
    const report = reporter(context)
    const check = (node) => {
      const text = textOf(node)
      if (text !== null && isSentence(text)) report({ node }, messageFaults(text))
    }
    return { Literal: check, TemplateLiteral: check, JSXText: check }
  },
}

/** Checks texts of pages, also short texts, and checks their length. */
const pageTextsRule = {
  create(context) {
    const report = reporter(context)
    const check = (node) => {
      const text = textOf(node)
      if (text !== null) report({ node }, [...messageFaults(text), ...sentenceFaults(text)])
    }
    return { Literal: check, TemplateLiteral: check }
  },
}

/** Returns what a reader of Markdown sees; code counts as one word. */
function renderedText(node) {
  if (node.type === 'inlineCode') return 'X'
  if (node.type === 'html') return ''
  if (node.type === 'break') return ' '
  return node.value ?? node.alt ?? node.children?.map(renderedText).join('') ?? ''
}

const markdownRule = {
  create(context) {
    const report = reporter(context)
    const check = (node) => {
      const text = renderedText(node)
      report({ loc: node.position }, [...wordFaults(text), ...sentenceFaults(text)])
    }
    return {
      paragraph: check,
      heading: check,
      tableCell(node) {
        check(node)
        const source = context.sourceCode
          .getText(node)
          .replace(/^\||\|$/g, '')
          .trim()
        if (source.length > maxCellLength) report({ loc: node.position }, [{ rule: 'cell', found: source }])
      },
    }
  },
}

export const prose = {
  rules: {
    comments: commentsRule,
    titles: titlesRule,
    messages: messagesRule,
    'page-texts': pageTextsRule,
    markdown: markdownRule,
  },
}
