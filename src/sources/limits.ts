/** Bytes that a packed file may unpack to, however small it is. */
const leastUnpacked = 32 * 2 ** 20
/** How often its own size a packed file may unpack to: real data stay below, what is made to fill a memory does not. */
const mostTimes = 50

/** Bytes that so many packed ones may unpack to. `asked`: what the recipe allows, where it says. */
export const mostUnpacked = (packed: number, asked?: number): number =>
  Math.max(leastUnpacked, packed * mostTimes, asked ?? 0)

/** Axes that an array may have; numpy makes none with more. */
export const mostAxes = 32

/** Columns that a table may have. */
export const mostColumns = 200_000

/** Characters that a record of a table may have: one that is longer has a quote that was never closed. */
export const longestRecord = 16 * 2 ** 20

/** Characters that a word for a class may have: it is shown, and kept in records. */
export const longestWord = 200

/** Bytes of an archive's directory: a forged one takes no memory. */
export const longestDirectory = 4 * 2 ** 20

/** What a `model.json` may have: that of the largest models is a tenth of it. */
export const mostOfModel = {
  bytes: 16 * 2 ** 20,
  /** Numbers, texts, lists and maps. */
  values: 500_000,
  depth: 60,
  shards: 10_000,
  layers: 5_000,
  /** Characters of a name. */
  name: 500,
} as const
