/** Parses YAML. Serving from a database does without this module, since the parser takes a tenth of the start. */
import { parse, YAMLParseError } from 'yaml'
import { RegistryError } from './document.ts'

/** Parses YAML, which includes JSON. Throws {@link RegistryError}; `file` names the file in the message. */
export function parseDocument(text: string, file: string): unknown {
  try {
    // The parser prints warnings that quote the file, which may hold secrets.
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    throw syntaxError(error, file)
  }
}

/** Creates the error for text that the parser refused. The parser's own message quotes the text. */
export function syntaxError(error: unknown, file: string): RegistryError {
  const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined
  const place = at ? ` at line ${at.line}, column ${at.col}` : ''
  const reason = error instanceof YAMLParseError ? ` (${error.code})` : ''
  return new RegistryError(`${file}: this is neither YAML nor JSON${place}${reason}`)
}
