import type { YAMLError } from 'yaml'

interface Fault {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** An error of the YAML reader in our words. `near`: the word where it stands; `before`: the character before that. */
export const yamlFault = (error: YAMLError, near: string, before = ''): Fault => {
  const syntax = (message: string, hint?: string): Fault => ({
    code: 'yaml-syntax',
    message,
    ...(hint === undefined ? {} : { hint }),
  })
  const unclosed = (word: string): Fault | undefined =>
    word === '[' || word === '{'
      ? syntax(
          `this ${word} is not closed`,
          `Close it with ${word === '[' ? ']' : '}'}, indented more than its key.`,
        )
      : undefined
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return syntax('a tab cannot indent YAML', 'Indent with spaces.')
    case 'TAG_RESOLVE_FAILED':
    case 'BAD_DIRECTIVE':
      return {
        code: 'yaml-tag',
        message: `"${near}" is not understood`,
        hint: 'A recipe needs no tags and directives: remove it.',
      }
    case 'MULTIPLE_DOCS':
      return syntax('a second document begins here', 'A recipe is one document: remove the `---`.')
    case 'MISSING_CHAR':
      return /quote/.test(error.message)
        ? syntax('a quote is not closed', 'Close the text with the quote that it began with.')
        : (unclosed(near) ?? syntax('a character is missing here', error.message))
    case 'BLOCK_AS_IMPLICIT_KEY':
      return syntax(
        'a second ": " on one line',
        'Quote the value if the colon belongs to it, or begin a new line.',
      )
    case 'MULTILINE_IMPLICIT_KEY':
      return syntax(
        'this line does not fit what stands above it',
        'A key needs ": " after it, and keys of one map the same indentation.',
      )
    case 'BAD_INDENT':
      return /end with a/.test(error.message)
        ? (unclosed(near) ??
            syntax(
              'a list or map in brackets is not closed before this, or its end is not indented enough',
              'Look above for the [ or { without a partner.',
            ))
        : syntax(
            'the indentation does not fit what stands above',
            'Keys of one map, and items of one list, begin in the same column.',
          )
    case 'BAD_SCALAR_START':
      return syntax(`a value cannot begin with ${near.charAt(0)}`, 'Put it in quotes.')
    case 'BLOCK_IN_FLOW':
      return syntax('a comma is missing here', 'Entries inside of { } and [ ] are divided by commas.')
    case 'UNEXPECTED_TOKEN':
      if (before === "'" || before === '"')
        return syntax(
          'the quoted text has ended just before this',
          before === "'"
            ? "Write '' for a quote inside of it, or put it in double quotes."
            : 'Write \\" for a quote inside of it, or put it in single quotes.',
        )
      return syntax(
        `"${near.split(/\s/)[0]}" makes no sense here`,
        'Look at the brackets, colons and indentation just before.',
      )
    default:
      return syntax(error.message.charAt(0).toLowerCase() + error.message.slice(1))
  }
}
