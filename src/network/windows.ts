import { formatShape, isMisfit, misfit, type Misfit, type Shape } from './layer-type.js'

/** How a window slides over the axes of space. Lists have one entry an axis. */
export interface Window {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilation?: readonly number[]
  readonly padding: string
  /** The field that says `size`. */
  readonly key: string
}

/**
 * Sizes of space after a window has slid over it: ceil(n / stride) with `same`, else
 * floor((n − size) / stride) + 1, where size = dilation · (taps − 1) + 1.
 */
const slide = (space: Shape, window: Window): Shape | Misfit => {
  const out: number[] = []
  for (const [axis, n] of space.entries()) {
    const stride = window.strides[axis]!
    const size = (window.dilation?.[axis] ?? 1) * (window.size[axis]! - 1) + 1
    if (window.padding === 'same') out.push(Math.ceil(n / stride))
    else if (size <= n) out.push(Math.floor((n - size) / stride) + 1)
    else
      return misfit(
        `a window of ${formatShape(window.size)} is larger than its input of ${formatShape(space)}`,
        {
          key: window.key,
          hint: `Use a smaller ${window.key}, \`padding: same\`, or fewer pooling layers before it.`,
        },
      )
  }
  return out
}

const images: Readonly<Record<number, string>> = {
  1: 'a flat input (features)',
  2: 'a sequence (steps × channels)',
  3: 'an image (height × width × channels)',
  4: 'a volume (depth × height × width × channels)',
}

/** What an input of so many axes is called. */
const nameOfRank = (rank: number): string => images[rank] ?? `an input of ${rank} axes`

/** Undefined where the input has the wanted number of axes. */
export const wrongRank = (type: string, input: Shape, rank: number): Misfit | undefined => {
  if (input.length === rank) return undefined
  const hint =
    rank === 1
      ? 'Put `flatten` or a global pooling layer before it.'
      : input.length < rank
        ? 'Put `reshape` before it, or move it before `flatten`.'
        : undefined
  return misfit(
    `${type} takes ${nameOfRank(rank)}, and gets ${formatShape(input)}`,
    hint === undefined ? {} : { hint },
  )
}

/** Output shape of a layer that slides a window over an input of `rank` axes and gives `channels` channels. */
export const slideOver = (
  type: string,
  input: Shape,
  window: Window,
  channels: number | undefined,
): Shape | Misfit => {
  const wrong = wrongRank(type, input, window.size.length + 1)
  if (wrong) return wrong
  const space = slide(input.slice(0, -1), window)
  return isMisfit(space) ? space : [...space, channels ?? input.at(-1)!]
}
