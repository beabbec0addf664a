import { testLayers } from './graph-layer-rig.js'

testLayers(3, 3)
