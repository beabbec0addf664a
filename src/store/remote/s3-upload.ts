import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3'
import { problem, ProblemError } from '../../core/problem.js'
import { limiter } from '../../core/limit.js'
import { readStretch } from '../../core/regular-file.js'
import type { Upload } from './remote.js'

/** What an upload needs of its remote. */
export interface Sending {
  /** Sends a request of so many bytes within the remote's patience; its faults become problems. */
  readonly send: <T>(
    ask: (s3: S3Client, abortSignal: AbortSignal) => Promise<T>,
    bytes?: number,
  ) => Promise<T>
  readonly place: { readonly Bucket: string; readonly Key: string }
  readonly name: string
}

/** Up to here in one request. */
const whole = 8 * 1024 * 1024
/** S3 takes 10,000 parts, and none under 5 MiB but the last. */
const parts = 10_000
const partsAtOnce = 3

const damaged = ({ file, digest }: Upload): ProblemError =>
  new ProblemError(
    problem('object-damaged', `an object of the store no longer matches its digest: ${digest}`, {
      hint: `It was not pushed. Run again: ${file} is moved aside, and the step that made it is repeated.`,
    }),
  )

const uploadParts = async (
  { send, place }: Sending,
  upload: Upload,
  file: FileHandle,
  UploadId: string,
): Promise<void> => {
  const size = Math.max(whole, Math.ceil(upload.bytes / parts))
  const hash = createHash('sha256')
  const limited = limiter(partsAtOnce)
  const sent: Promise<CompletedPart>[] = []
  const faults: unknown[] = []
  for (let at = 0, PartNumber = 1; at < upload.bytes && faults.length === 0; at += size, PartNumber++) {
    const number = PartNumber
    // A part is read once there is a place for it, so that no more than these are in memory.
    await new Promise<void>(resolve => {
      const sending = limited(async (): Promise<CompletedPart> => {
        const Body = await readStretch(file, at, Math.min(size, upload.bytes - at)).finally(resolve)
        hash.update(Body)
        const { ETag } = await send(
          (s3, abortSignal) =>
            s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: number, Body }), {
              abortSignal,
            }),
          Body.length,
        )
        return { PartNumber: number, ...(ETag === undefined ? {} : { ETag }) }
      })
      sending.catch((error: unknown) => {
        faults.push(error)
        resolve()
      })
      sent.push(sending)
    })
  }
  // None is under way any more when the upload is completed or given up.
  await Promise.allSettled(sent)
  if (faults.length > 0) throw faults[0]
  const Parts = await Promise.all(sent)
  if (`sha256:${hash.digest('hex')}` !== upload.digest) throw damaged(upload)
  // A server takes its time to put large parts together.
  await send(
    (s3, abortSignal) =>
      s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }), {
        abortSignal,
      }),
    upload.bytes,
  )
}

/** Puts a file there, in one request or in parts; what it holds is checked against its digest on the way. */
export const uploadFile = async (sending: Sending, upload: Upload): Promise<void> => {
  const { send, place } = sending
  const file = await open(upload.file)
  try {
    if (upload.bytes <= whole) {
      // One byte more than it should have tells of a file that grew.
      const Body = await readStretch(file, 0, upload.bytes + 1)
      if (`sha256:${createHash('sha256').update(Body).digest('hex')}` !== upload.digest) throw damaged(upload)
      await send(
        (s3, abortSignal) => s3.send(new PutObjectCommand({ ...place, Body }), { abortSignal }),
        upload.bytes,
      )
      return
    }
    const { UploadId } = await send((s3, abortSignal) =>
      s3.send(new CreateMultipartUploadCommand(place), { abortSignal }),
    )
    if (UploadId === undefined) throw new Error('a multipart upload without an id')
    try {
      await uploadParts(sending, upload, file, UploadId)
    } catch (error) {
      // Parts that nobody completes are paid for until a rule of the bucket removes them.
      await send((s3, abortSignal) =>
        s3.send(new AbortMultipartUploadCommand({ ...place, UploadId }), { abortSignal }),
      ).catch(() => undefined)
      throw error
    }
  } finally {
    await file.close()
  }
}
