/** Characters that a sentence about a file may have: what it quotes may be as long as the file. */
const longest = 600

/** A sentence at a bearable length: its middle is left out, since its end says what is wrong. */
export const shorten = (text: string): string => {
  if (text.length <= longest) return text
  const [head, tail] = [text.slice(0, 360), text.slice(-200)]
  // A cut through a pair of surrogates would leave halves.
  return `${head.replace(/[\ud800-\udbff]$/, '')} … ${tail.replace(/^[\udc00-\udfff]/, '')}`
}
