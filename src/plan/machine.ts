import { cpus } from 'node:os'

/** What a measured time depends on: CPU model, logical cores, platform. Equal on machines whose times may be compared. */
export const machineClass = (): string => {
  const cores = cpus()
  // Some platforms (ARM Linux, containers) name no model.
  const model = cores[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown CPU'
  return `${model} × ${cores.length}, ${process.platform}-${process.arch}`
}
