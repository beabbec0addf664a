import type { SourceFacts } from './facts.js'
import { mostClasses } from './labels.js'

/** More distinct words than this are not classes; indices may be more. */
export const mostWords = 10_000

const isIndex = (word: string): boolean => /^\d{1,7}$/.test(word) && Number(word) < mostClasses

/** Text of its own: a part of a record's would keep the whole piece of the file in memory. */
const copyOf = (text: string): string => Buffer.from(text).toString()

/** Counts what stands in a column of classes: words, or indices where all are such. */
export interface WordCounts {
  /** False: there are more distinct words than classes can be. */
  add(word: string): boolean
  facts(): Pick<SourceFacts, 'classes' | 'perClass' | 'words'>
}

export const wordCounts = (): WordCounts => {
  const words = new Map<string, number>()
  /** By index, once there are more of them than words could be. */
  let indices: Int32Array | undefined

  const perClass = (): number[] => {
    if (indices) return Array.from(indices.subarray(0, indices.findLastIndex(count => count > 0) + 1))
    const most = [...words.keys()].reduce((highest, word) => Math.max(highest, Number(word)), -1)
    const counts = new Array<number>(most + 1).fill(0)
    for (const [word, count] of words) counts[Number(word)]! += count
    return counts
  }

  return {
    add: word => {
      if (indices) {
        if (!isIndex(word)) return false
        indices[Number(word)]!++
        return true
      }
      const count = words.get(word)
      words.set(count === undefined ? copyOf(word) : word, (count ?? 0) + 1)
      if (words.size <= mostWords) return true
      if (![...words.keys()].every(isIndex)) return false
      indices = new Int32Array(mostClasses)
      for (const [each, times] of words) indices[Number(each)]! += times
      words.clear()
      return true
    },
    facts: () => {
      if (!indices && ![...words.keys()].every(isIndex))
        return { words: [...words].sort(([a], [b]) => (a < b ? -1 : 1)) }
      const counts = perClass()
      return { classes: counts.length, perClass: counts }
    },
  }
}
