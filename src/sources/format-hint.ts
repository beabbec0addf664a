/** What a file that is not what its recipe says looks like instead. */
export const formatHint = (head: Uint8Array): string => {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte)
  if (starts(0x93, 0x4e, 0x55, 0x4d)) return 'It looks like an NPY file: use `npy`.'
  if (starts(0x50, 0x4b)) return 'It looks like a zip archive: if it is an NPZ file, use `npz`.'
  if (starts(0x1f, 0x8b)) return 'It looks like gzip inside gzip: unpack it once.'
  if (starts(0x00, 0x00, 0x08)) return 'It looks like an IDX file: use `idx`.'
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff)) return 'It looks like a picture.'
  if (starts(0x3c)) return 'It looks like a web page: a download may have gone wrong.'
  const text = head.length > 0 && head.every(byte => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13))
  return text
    ? 'It looks like text: for a table, use `csv`.'
    : 'Is it the right file? Check where it comes from.'
}
