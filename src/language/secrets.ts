/** Forms of secrets that their issuers document; each is long enough that no path or word has it by chance. */
const forms: readonly (readonly [string, RegExp])[] = [
  ['an AWS access key', /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_\w{22,}\b/],
  ['a GitLab token', /\bglpat-[\w-]{20,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{30,}\b/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}\b/],
  ['an API key', /\bsk-[A-Za-z0-9_-]{20,}|\bAIza[0-9A-Za-z_-]{35}\b/],
  [
    'a private key',
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:[\s\S]*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----|[\s\S]*$)/,
  ],
  ['a JSON web token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{5,}/],
]

/** What a text holds that is a secret by its form, `a GitHub token`; undefined where it holds none. */
export const secretForm = (text: string): string | undefined => forms.find(([, form]) => form.test(text))?.[0]

/** Where secrets stand in a text. */
export const secretStretches = (text: string): { readonly start: number; readonly end: number }[] =>
  forms.flatMap(([, form]) =>
    [...text.matchAll(new RegExp(form, 'g'))].map(({ index, 0: found }) => ({
      start: index,
      end: index + found.length,
    })),
  )

/** `apiKey`, `API_KEY` and `APIKey` are `api key`. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter(word => word !== '')

const secretWords = new Set(
  'password passwords passwd passphrase pwd secret secrets credential credentials bearer apikey apikeys accesskey secretkey privatekey apitoken authtoken accesstoken'.split(
    ' ',
  ),
)
const secretPairs = new Set(['api key', 'api keys', 'access key', 'secret key', 'private key', 'auth key'])

/** Tokens of a text, which are no secrets: `padToken`. */
const textTokens = new Set(
  'pad padding start begin end stop mask unknown unk bos eos sep cls special next first last per max min'.split(
    ' ',
  ),
)

/**
 * True for a name that says that its value is a secret. `isText`: its value may be a text; a number called token
 * is a count or an index.
 */
export const isSecretName = (name: string, isText: boolean): boolean => {
  const words = wordsOf(name)
  return words.some(
    (word, at) =>
      secretWords.has(word) ||
      secretPairs.has(`${word} ${words[at + 1] ?? ''}`) ||
      (word === 'token' && isText && !textTokens.has(words[at - 1] ?? '')),
  )
}
