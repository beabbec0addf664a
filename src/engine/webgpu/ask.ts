// A process of its own that asks Dawn for an adapter and prints what it said, so that native code which crashes, or
// stays in memory, never does so in a process that only plans. Its argument is the URL of Dawn's entry.
import { noteAdapter } from './adapter.js'
import { loadDawn, requestAdapter } from './dawn.js'

const { create } = await loadDawn(process.argv[2]!)
const adapter = await requestAdapter(create([]))
process.stdout.write(`${JSON.stringify(adapter === null ? null : noteAdapter(adapter.info))}\n`)
