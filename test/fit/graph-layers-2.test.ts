import { testLayers } from './graph-layer-rig.js'

testLayers(2, 3)
