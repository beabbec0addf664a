import { testLayers } from './graph-layer-rig.js'

testLayers(1, 3)
