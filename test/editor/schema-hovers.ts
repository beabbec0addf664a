import { gate, layers, param, step, type Case } from './schema-case.js'

/** What is shown of a word. */
export const hovers: readonly Case[] = [
  {
    name: 'hover over a key',
    text: step('kind: prune', 'model: b', 'spar‸sity: 0.5'),
    hover: /Share that is removed/,
  },
  {
    name: 'hover over a kind',
    text: step('kind: pr‸une', 'model: b', 'sparsity: 0.5'),
    hover: /`prune`: Removes the least important/,
  },
  {
    name: 'hover over a layer',
    text: layers('- con‸v2d: {filters: 3, kernelSize: 3}'),
    hover: /[Cc]onvolution/,
  },
  {
    name: "hover over a layer's field",
    text: layers('- conv2d: {filters: 3, kernel‸Size: 3}'),
    hover: /[Ss]i[zd]e|window/,
  },
  {
    name: 'hover over a port',
    text: step('kind: prune', 'mo‸del: b', 'sparsity: 0.5'),
    hover: /The model to prune/,
  },
  {
    name: 'hover over a meta key',
    text: step('kind: prune', 'model: b', 'sparsity: 0.5', 'time‸out: 3m'),
    hover: /90s/,
  },
  { name: 'hover over a top-level key', text: 'trimtab: 1\nse‸ed: 3\nsteps: {}\n', hover: /random draw/ },
  {
    name: 'hover over a form of a gate',
    text: gate('g: {che‸ck: a.bytes < 1}'),
    hover: /True or false over metrics/,
  },
  { name: 'hover over a field of a param', text: param('p: {ty‸pe: number}'), hover: /Type of its value/ },
]
