import { didYouMean } from '../core/nearest.js'
import type { ArrayHeader } from './array-header.js'
import { unreadable } from './fault.js'
import { readNpyAt } from './npy.js'
import { mayHold } from './place.js'
import type { Member } from './zip.js'

const bare = ({ name }: Member): string => name.replace(/\.npy$/, '')

/** Reads the header of one array of an NPZ archive, by the name it was saved under. Leaves as `Unreadable`. */
export const readNpzHeader = async (
  members: readonly Member[],
  title: string,
  name: string,
): Promise<ArrayHeader> => {
  const member = members.find(each => bare(each) === name)
  if (!member) {
    const names = members.map(bare)
    return unreadable(
      'file-member',
      `${title} has no array "${name}"; it has ${names.join(', ') || 'none'}`,
      {
        hint: didYouMean(name, names) ?? 'Name one of the arrays that it has.',
      },
    )
  }
  const { place, length } = member
  if (!mayHold(place, length) || (place.packing === 'none' && length !== place.packed))
    unreadable(
      'file-format',
      `${place.title} claims ${length} bytes, which its ${place.packed} packed bytes cannot hold`,
    )
  return readNpyAt(place, length)
}

export { readZip } from './zip.js'
