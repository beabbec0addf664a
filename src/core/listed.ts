/** Words in a row, the first `most` of many: `a, b, c and 4 more`. One more than that is told as well. */
export const listed = (words: Iterable<unknown>, most = 10): string => {
  const all = [...words]
  return all.length > most + 1
    ? `${all.slice(0, most).join(', ')} and ${all.length - most} more`
    : all.join(', ')
}
