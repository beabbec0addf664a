import { formatBytes } from '../core/units.js'
import type { Verification } from '../store/verify/verification.js'
import type { Paint } from './paint.js'

const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`

/** What a look through a whole store came to, behind the problems themselves. */
export const verificationLines = (found: Verification, paint: Paint): string[] => {
  const { objects, results, runs, again } = found
  const looked = [
    `${counted(objects.count, 'object')} (${formatBytes(objects.bytes)})`,
    counted(results.count, 'result'),
    counted(runs.count, 'run'),
  ].join(', ')
  if (found.whole) return [`${paint.green('whole')} ${paint.dim(`· ${looked}`)}`]
  const wrong = [
    [objects.damaged.length, 'object damaged', 'objects damaged'],
    [objects.missing.length, 'object missing', 'objects missing'],
    [results.damaged.length, 'result damaged', 'results damaged'],
    [results.incomplete.length, 'result incomplete', 'results incomplete'],
    [runs.damaged.length, 'record damaged', 'records damaged'],
  ] as const
  return [
    ...(again.length > 0 ? [`To run again: ${again.join(', ')}`] : []),
    ...(runs.affected.length > 0
      ? [`Runs whose record names what is lost: ${runs.affected.join(', ')}`]
      : []),
    `${paint.red('damaged')} ${paint.dim(`· ${looked} ·`)} ${wrong
      .filter(([count]) => count > 0)
      .map(([count, one, several]) => counted(count, one, several))
      .join(', ')}`,
  ]
}
