/** `30m`, `1.5h`, `90s`, `250ms` in milliseconds; undefined where the text is no duration. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) return undefined
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 'ms']
  return Number(match[1]) * unit
}

/** `3 epochs`, `1 epoch`, `50 steps`; undefined where the text is none of these. */
export const parseMoment = (
  text: string,
): { readonly count: number; readonly unit: 'epoch' | 'step' } | undefined => {
  const match = /^(\d+(?:\.\d+)?)\s*(epoch|step)s?$/.exec(text.trim())
  return match ? { count: Number(match[1]), unit: match[2] as 'epoch' | 'step' } : undefined
}

/** What `parseBytes` takes, as a pattern of JSON Schema. */
export const bytesPattern = '^\\d+(\\.\\d+)? *([kMGT]i?)?B$'

/** `2 GB`, `512 MiB` in bytes; a number is bytes already. The text fits `bytesPattern`. */
export const parseBytes = (text: string | number): number => {
  if (typeof text === 'number') return text
  const [, count = '0', prefix = '', binary = ''] = /^([\d.]+) *(?:([kMGT])(i?))?B$/.exec(text) ?? []
  return Math.round(Number(count) * (binary === 'i' ? 1024 : 1000) ** ' kMGT'.indexOf(prefix || ' '))
}

/** `1.2 kB`, `3.4 MB`: bytes as people read them, powers of 1000. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}

/** `1.8 s`, `2m 05s`: seconds as people read them. */
export const formatSeconds = (seconds: number): string => {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  const rest = `${whole % 60}`.padStart(2, '0')
  return minutes < 60
    ? `${minutes}m ${rest}s`
    : `${Math.floor(minutes / 60)}h ${`${minutes % 60}`.padStart(2, '0')}m`
}
