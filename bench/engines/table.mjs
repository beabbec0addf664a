const titles = {
  wasm: 'wasm',
  wasm2: 'wasm, 2 threads',
  tfjs: 'tfjs-node, op by op',
  native: 'native, op by op',
  graph: 'native, graph',
  bf16: 'native, bfloat16',
  fp16: 'native, float16',
  webgpu: 'webgpu',
  tf: 'TensorFlow, eager',
  tfgraph: 'TensorFlow, tf.function',
  tfbf16: 'TensorFlow, mixed_bfloat16',
  torch: 'PyTorch',
}

/** What a reader calls a side. */
export const titleOf = side => titles[side] ?? side

const digits = ms => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0))

/** Markdown: a row a side, a column a network and kind of batch; medians in ms, with the ratio to the reference. */
export const tableOf = (results, reference) => {
  const sides = [...new Set(results.map(({ side }) => side))]
  const nets = [...new Set(results.map(({ net }) => net))]
  const lines = []
  for (const batch of new Set(results.map(each => each.batch)))
    for (const what of ['train', 'forward']) {
      const of = (side, net) =>
        results.find(
          each => each.side === side && each.net === net && each.batch === batch && each.what === what,
        )
      lines.push(
        `${what === 'train' ? 'Training step' : 'Forward pass'} at batch ${batch}: ms, and in brackets the ratio to ${titleOf(reference)}`,
        '',
        `| engine | ${nets.join(' | ')} |`,
        `| --- |${' --- |'.repeat(nets.length)}`,
        ...sides.map(side => {
          const cells = nets.map(net => {
            const [mine, base] = [of(side, net), of(reference, net)]
            if (!mine) return '–'
            const ratio = base && side !== reference ? ` (${(mine.ms / base.ms).toFixed(2)})` : ''
            return `${digits(mine.ms)}${ratio}`
          })
          return `| ${titleOf(side)} | ${cells.join(' | ')} |`
        }),
        '',
      )
    }
  const peaks = sides.map(side => {
    const peak = Math.max(...results.filter(each => each.side === side).map(each => each.peak))
    return `${titleOf(side)} ${Math.round(peak / 1e6)} MB`
  })
  lines.push(`Peak memory of each process, all networks: ${peaks.join(', ')}.`, '')
  return lines.join('\n')
}
