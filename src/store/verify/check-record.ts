import { Ajv2020 } from 'ajv/dist/2020.js'
import { runRecordSchema } from '../run-record-schema.js'

const validate = new Ajv2020({ strict: false }).compile(runRecordSchema)

/** Does a record of this version keep its published schema? Compiled when this file is loaded: only who verifies does. */
export const isRecord = (value: unknown): boolean => validate(value)
