import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import type { ArrayHeader } from './array-header.js'
import { unreadable } from './fault.js'
import { readNpyAt } from './npy.js'
import { mayHold, tellTooLarge } from './place.js'
import { type Member, placeOfMember } from './zip.js'

const bare = ({ name }: Member): string => name.replace(/\.npy$/, '')

/** Reads the header of one array of an NPZ archive, by the name it was saved under. Leaves as `Unreadable`. */
export const readNpzHeader = async (
  members: readonly Member[],
  title: string,
  name: string,
): Promise<ArrayHeader> => {
  const [member, ...more] = members.filter(each => bare(each) === name)
  if (more.length > 0)
    return unreadable('file-format', `${title} has ${more.length + 1} arrays of the name "${name}"`)
  if (!member) {
    const names = members.map(bare)
    return unreadable('file-member', `${title} has no array "${name}"; it has ${listed(names) || 'none'}`, {
      hint: didYouMean(name, names) ?? 'Name one of the arrays that it has.',
    })
  }
  const { length } = member
  const place = await placeOfMember(member)
  if (!mayHold(place, length) || (place.packing === 'none' && length !== place.packed))
    unreadable(
      'file-format',
      `${place.title} claims ${length} bytes, which its ${place.packed} packed bytes cannot hold`,
    )
  if (length > place.most) tellTooLarge(place, length)
  return readNpyAt(place, length)
}
