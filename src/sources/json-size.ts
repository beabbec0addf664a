const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const [openList, openMap, closeList, closeMap] = [0x5b, 0x7b, 0x5d, 0x7d]

/** What a text of JSON would become: values (as many as its commas and brackets tell), and lists and maps inside each other. */
export interface JsonSize {
  readonly values: number
  readonly depth: number
}

/** Measures JSON before it is parsed: a text of brackets takes twenty times its bytes, and depth takes the stack of whoever walks through it. */
export const measureJson = (bytes: Uint8Array): JsonSize => {
  let [values, depth, deepest] = [1, 0, 0]
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (isText) {
      if (byte === backslash) at++
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === comma) values++
    else if (byte === openList || byte === openMap) {
      values++
      if (++depth > deepest) deepest = depth
    } else if (byte === closeList || byte === closeMap) depth--
  }
  return { values, depth: deepest }
}
