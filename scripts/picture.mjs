// Draws what a terminal shows as SVG, for the pages: `tmux capture-pane -e -p | node scripts/picture.mjs > picture.svg`.
import { stdin } from 'node:process'

const colours = { 31: '#e5534b', 32: '#57ab5a', 33: '#c69026', 36: '#39c5cf' }
const plain = { fill: '#cdd9e5', bold: false, dim: false }

const escape = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

let text = ''
for await (const chunk of stdin.setEncoding('utf8')) text += chunk
const lines = text.replace(/\s+$/, '').split('\n')

let style = plain
const drawn = lines.map(line => {
  const spans = []
  let column = 0
  // eslint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001B\[[0-9;]*m)/)) {
    // eslint-disable-next-line no-control-regex
    const codes = /^\u001B\[([0-9;]*)m$/.exec(part)?.[1]
    if (codes === undefined) {
      if (part.trim() !== '') spans.push({ column, part, style })
      column += Array.from(part).length
      continue
    }
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) style = plain
      else if (code === 1) style = { ...style, bold: true }
      else if (code === 2) style = { ...style, dim: true }
      else if (code === 22) style = { ...style, bold: false, dim: false }
      else if (code === 39) style = { ...style, fill: plain.fill }
      else if (colours[code]) style = { ...style, fill: colours[code] }
    }
  }
  return { spans, width: column }
})

const [wide, high, left] = [8.1, 19, 16]
const columns = Math.max(...drawn.map(line => line.width))
const size = [Math.ceil(columns * wide + 2 * left), drawn.length * high + 2 * left]
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(' ')}">
<rect width="100%" height="100%" rx="8" fill="#1c2128"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13.4" xml:space="preserve">`)
drawn.forEach(({ spans }, row) => {
  for (const { column, part, style: look } of spans) {
    const [x, y] = [(left + column * wide).toFixed(1), left + 14 + row * high]
    const extra = `${look.bold ? ' font-weight="bold"' : ''}${look.dim ? ' opacity="0.6"' : ''}`
    console.log(
      `<text x="${x}" y="${y}" fill="${look.fill}"${extra} textLength="${(Array.from(part).length * wide).toFixed(1)}" style="white-space:pre">${escape(part)}</text>`,
    )
  }
})
console.log('</g>\n</svg>')
