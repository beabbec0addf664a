import { formatBytes } from '../core/units.js'

/** `121,930`: a count with its thousands apart. */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** `4.63 M`: a large count, three digits. */
export const short = (value: number): string => {
  if (value < 10_000) return count(value)
  const units = ['', ' k', ' M', ' G', ' T']
  let rest = value
  let unit = 0
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000
    unit++
  }
  return `${rest.toPrecision(3)}${units[unit]}`
}

/** `97.12 %` of a share between 0 and 1. */
export const percent = (value: number): string => `${(value * 100).toFixed(2)} %`

/** `+0.31` or `−0.31`, in points of a percent. */
export const points = (value: number): string => {
  const text = Math.abs(value * 100).toFixed(2)
  if (Number(text) === 0) return '±0.00'
  return `${value < 0 ? '−' : '+'}${text}`
}

/** `1.84×`. */
export const times = (value: number): string => `${value >= 99.95 ? value.toFixed(0) : value.toFixed(2)}×`

export { formatBytes }
