import * as lite from 'vega-lite'
import * as vega from 'vega'
import { titleOf } from './table.mjs'

/** An SVG of training steps at batch 128: a panel a network, a bar an engine, times the reference on a logarithmic axis. */
export const plot = async (results, reference) => {
  const shown = results.filter(({ what, batch }) => what === 'train' && batch === 128)
  const base = new Map(shown.filter(({ side }) => side === reference).map(({ net, ms }) => [net, ms]))
  const order = [...new Set(shown.map(({ side }) => titleOf(side)))]
  const rows = shown
    .filter(({ net }) => base.has(net))
    .map(({ net, side, ms }) => ({ net, engine: titleOf(side), ratio: ms / base.get(net) }))
  const bars = {
    mark: { type: 'bar', tooltip: false },
    encoding: {
      y: { field: 'engine', type: 'nominal', sort: order, title: null, axis: { labelLimit: 220 } },
      x: {
        field: 'ratio',
        type: 'quantitative',
        scale: { type: 'log', nice: false, domain: [0.08, 4] },
        axis: { values: [0.1, 0.2, 0.5, 1, 2, 4] },
        title: `training step ÷ ${titleOf(reference)}`,
      },
      x2: { datum: 1 },
      color: { field: 'engine', type: 'nominal', sort: order, legend: null },
    },
  }
  // Beside the end of its bar, on whichever side of the reference that is.
  const numbers = faster => ({
    transform: [{ filter: `datum.ratio ${faster ? '<' : '>='} 1` }],
    mark: { type: 'text', align: faster ? 'right' : 'left', dx: faster ? -4 : 4, fontSize: 10 },
    encoding: {
      y: bars.encoding.y,
      x: bars.encoding.x,
      text: { field: 'ratio', type: 'quantitative', format: '.2f' },
    },
  })
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    data: { values: rows },
    columns: 2,
    facet: { field: 'net', type: 'nominal', title: null, sort: [...base.keys()] },
    spec: { width: 300, height: { step: 18 }, layer: [bars, numbers(true), numbers(false)] },
  }
  const view = new vega.View(vega.parse(lite.compile(spec).spec), { renderer: 'none' })
  return view.toSVG()
}
