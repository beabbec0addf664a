import type { RunRecord } from '../../store/run-record.js'
import { examplesOf, type Artifacts } from './artifacts.js'
import { formalParameter, ref, type Entity } from './entities.js'
import type { Names } from './names.js'
import { home } from './terms.js'

const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())]

/** The step kinds that a run used, each as a tool with what it takes and gives. */
export const toolsOf = (
  record: RunRecord,
  kinds: readonly string[],
  names: Names,
  artifacts: Artifacts,
): readonly Entity[] =>
  kinds.flatMap(kind => {
    // One that failed took its inputs all the same.
    const own = record.instances.filter(each => each.kind === kind && each.status !== 'skipped')
    const inputs = union(own.map(each => Object.keys(each.inputs)))
      .map(port => {
        const feeding = union(own.map(each => each.inputs[port] ?? []))
        return formalParameter(
          names.input(kind, port),
          port,
          examplesOf(feeding.flatMap(id => artifacts.of(id))),
        )
      })
      // What nothing filled in this run has no example, which the profile asks for.
      .filter(({ workExample }) => (workExample as unknown[]).length > 0)
    const outputs = union(own.map(({ output }) => Object.keys(output?.outputs ?? {}))).map(name =>
      formalParameter(
        names.output(kind, name),
        name,
        examplesOf(own.flatMap(each => artifacts.named(each.instance, name) ?? [])),
      ),
    )
    return [
      {
        '@id': names.tool(kind),
        '@type': 'SoftwareApplication',
        name: `trimtab ${kind}`,
        description: `Step kind ${kind} of Trimtab.`,
        url: home,
        version: record.where.trimtab,
        input: inputs.map(each => ref(each['@id'])),
        output: outputs.map(each => ref(each['@id'])),
      },
      ...inputs,
      ...outputs,
    ]
  })
