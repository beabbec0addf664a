import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { problem, type Problem, type Span } from '../core/problem.js'
import { formatBytes } from '../core/units.js'
import { exact, highest, lowest, type Figure } from '../network/description.js'
import { sumOf } from '../network/holding.js'
import { datasetBytes } from '../steps/data-bytes.js'
import type { DescribedInputs, Description, MemoryNeed } from '../steps/define-step.js'
import { tellCpuTime } from './cpu-time.js'
import type { Instance, Plan, Status } from './plan.js'

/** What there is room for. An absent member is not known. */
export interface MachineRoom {
  /** Bytes of memory that are free for this process. */
  readonly memory?: number
  /** Bytes that are free on the disk of the store. */
  readonly disk?: number
}

/** What a process of a lane takes before it does anything: Node.js, and with it an engine (`bench/memory.mjs`). */
const idle = { plain: 76e6, engine: 118e6 }

/** Addresses of 32-bit WebAssembly. */
const wasmLimit = 4 * 2 ** 30

/** Free memory, and the free space where the store lies or will lie. */
export const machineRoom = async (store: string): Promise<MachineRoom> => {
  const memory = process.availableMemory()
  for (let folder = store; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder)
      return { memory, disk: bavail * bsize }
    } catch {
      // It is made by the first run; a disk that cannot be asked is no fault of the recipe.
      if (dirname(folder) === folder) return { memory }
    }
  }
}

const willRun = ({ type }: Status): boolean => type === 'miss' || type === 'pending'

const inputsOf = (instance: Instance, byId: ReadonlyMap<string, Instance>): DescribedInputs | undefined => {
  let isKnown = true
  const inputs = Object.fromEntries(
    Object.entries(instance.inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance: from, output }) => {
        const maker = byId.get(from)
        const description = maker?.outputs[output]
        const artifact = maker?.status.type === 'hit' ? maker.status.result.output.outputs[output] : undefined
        isKnown &&= description !== undefined
        return {
          from,
          ...(description ? { description } : {}),
          ...(artifact ? { bytes: artifact.bytes } : {}),
        }
      }),
    ]),
  )
  return isKnown ? inputs : undefined
}

const needOf = (instance: Instance, byId: ReadonlyMap<string, Instance>): MemoryNeed => {
  const { spec, status, outputs, config } = instance
  const isDescribed = Object.keys(spec.produces).every(name => outputs[name] !== undefined)
  const inputs = inputsOf(instance, byId)
  if (!willRun(status) || !isDescribed || !inputs) return {}
  const { bytes, engine } = spec.memory?.(config, inputs, outputs) ?? {}
  return { bytes: sumOf(exact(spec.computes ? idle.engine : idle.plain), bytes), engine }
}

/** Two digits are all that an estimate knows. */
const rough = (bytes: number): string => formatBytes(Number(bytes.toPrecision(2)))

/** `about 3.1 GB`, `up to 7.4 GB`. `over`: what it is held against. */
const saidOf = (figure: Figure, over: number): string =>
  lowest(figure) > over ? `about ${rough(lowest(figure))}` : `up to ${rough(highest(figure))}`

const warning = (code: string, message: string, hint: string, at?: Span): Problem =>
  problem(code, message, { severity: 'warning', hint, ...(at ? { at } : {}) })

interface Short {
  readonly instance: Instance
  readonly bytes: Figure
  /** What it is more than. */
  readonly limit: number
  readonly against: 'given' | 'machine' | 'engine'
}

const shortOf = (instance: Instance, need: MemoryNeed, { memory: free }: MachineRoom): readonly Short[] => {
  const { memory, engine, memoryLimit: given } = instance
  if (memory === undefined) return []
  const over = (against: Short['against'], bytes: Figure, limit: number | undefined): readonly Short[] =>
    limit !== undefined && highest(bytes) > limit ? [{ instance, bytes, limit, against }] : []
  const machine = over('machine', memory, free)
  const isSure = engine.name === 'wasm' && need.engine && lowest(need.engine) > wasmLimit
  return [
    ...over('given', memory, given),
    ...(machine.length === 0 && isSure ? over('engine', need.engine, wasmLimit) : machine),
  ]
}

/** Instances of one step that are short of the same are told once, by the one that takes the most. */
const memoryProblems = (all: readonly Short[], plan: Plan): readonly Problem[] => {
  const groups = new Map<string, Short[]>()
  for (const each of all) {
    const name = JSON.stringify([each.instance.step, each.against, each.limit])
    groups.set(name, [...(groups.get(name) ?? []), each])
  }
  const steps = new Map(plan.recipe.steps.map(step => [step.id, step]))
  return [...groups.values()].map(group => {
    const { instance, bytes, limit, against } = group.reduce((most, each) =>
      highest(each.bytes) > highest(most.bytes) ? each : most,
    )
    const more = group.length > 1 ? `, the largest of ${group.length} instances,` : ''
    const will = `"${instance.id}"${more} will hold ${saidOf(bytes, limit)}`
    const room = formatBytes(limit)
    const less = 'Smaller layers, or a smaller batchSize, take less.'
    if (against === 'given')
      return warning(
        'memory-short',
        `${will} of memory, and its resources.memory is ${room}`,
        `Raise resources.memory. ${less}`,
        steps.get(instance.step)?.locate(['resources', 'memory']),
      )
    const end =
      against === 'machine'
        ? `of memory, and this machine has ${room} free`
        : `on its engine, and the wasm engine has room for ${room}`
    return warning('memory-short', `${will} ${end}`, less, instance.at)
  })
}

/** Bytes that an output will take in the store: masks and formats beside weights are small. */
const storedBytes = (description: Description): Figure => {
  if (description.type === 'model') return description.bytes
  return (description.type === 'dataset' ? datasetBytes({ from: '', description }) : undefined) ?? exact(0)
}

const diskProblems = ({ instances, recipe }: Plan, { disk }: MachineRoom): readonly Problem[] => {
  const missing = instances.filter(({ status, spec }) => willRun(status) && spec.chooses === undefined)
  const stored = sumOf(...missing.flatMap(({ outputs }) => Object.values(outputs).map(storedBytes)))
  if (disk === undefined || stored === undefined || highest(stored) <= disk) return []
  return [
    warning(
      'disk-short',
      `the ${missing.length} steps that will run store ${saidOf(stored, disk)}, and the disk of the store has ${formatBytes(disk)} free`,
      `Make room, or choose a store on another disk with --store FOLDER. The project is ${recipe.project}.`,
    ),
  ]
}

/**
 * The plan with the memory that each step will take, with warnings where this machine has less room than it needs, and
 * with what the cpu engine costs where that is chosen.
 */
export const preflight = (plan: Plan, room: MachineRoom): Plan => {
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]))
  const needs = new Map(plan.instances.map(each => [each.id, needOf(each, byId)]))
  const instances = plan.instances.map((instance): Instance => {
    const memory = needs.get(instance.id)?.bytes
    return memory === undefined ? instance : { ...instance, memory }
  })
  const measured = { ...plan, instances }
  const short = instances.flatMap(each => shortOf(each, needs.get(each.id)!, room))
  const found = [...memoryProblems(short, measured), ...diskProblems(measured, room)]
  const framed = found.map(each => (each.at ? { ...each, frame: plan.recipe.frame(each.at) } : each))
  const told = tellCpuTime(plan.instances, instance => inputsOf(instance, byId), plan.problems)
  return { ...measured, problems: [...told, ...framed] }
}
