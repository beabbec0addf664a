import { failed, type Result } from '../core/result.js'
import { formatText } from '../language/format/format.js'
import { textOfBytes, textProblem } from '../language/read-text.js'
import { rewriteRecipe, type RewriteOptions, type Rewritten } from './rewrite.js'

/** Lays a recipe out in its canonical way and writes it, where that changes anything. `value`: its text. */
export const formatRecipe = (options: RewriteOptions): Promise<Rewritten<string>> =>
  rewriteRecipe(options, formatText, text => text)

/** The canonical layout of a recipe that is no file: what an editor pipes. `name`: what its problems call it. */
export const formatBytes = (bytes: Uint8Array, name: string): Result<string> => {
  const read = textOfBytes(bytes)
  return 'fault' in read ? failed(textProblem(read.fault, name, process.cwd())) : formatText(read.text, name)
}
