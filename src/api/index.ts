export { defineStep, either, list, one, optional } from '../steps/define-step.js'
