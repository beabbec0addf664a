import { endpointFault, parseRemote, remoteName, type RemoteAddress } from '../../src/core/remote-address.js'
import { assert, suite } from '../suite.js'

const test = suite('addresses of remotes')

const sound: readonly (readonly [string, RemoteAddress])[] = [
  ['s3://models', { type: 's3', bucket: 'models', prefix: '' }],
  ['s3://models/', { type: 's3', bucket: 'models', prefix: '' }],
  ['s3://models/a/b/', { type: 's3', bucket: 'models', prefix: 'a/b' }],
  ['s3://my.models-2/Ä b', { type: 's3', bucket: 'my.models-2', prefix: 'Ä b' }],
  ['file:///mnt/share', { type: 'file', folder: '/mnt/share' }],
  ['file:/mnt/share/', { type: 'file', folder: '/mnt/share/' }],
  ['file:cache', { type: 'file', folder: '/project/cache' }],
  ['file:../cache', { type: 'file', folder: '/cache' }],
  ['file://../cache', { type: 'file', folder: '/cache' }],
  ['file://./cache', { type: 'file', folder: '/project/cache' }],
]

const faulty: readonly (readonly [string, 'remote-address' | 'remote-credentials'])[] = [
  ['', 'remote-address'],
  ['models', 'remote-address'],
  ['/mnt/share', 'remote-address'],
  ['s3:models', 'remote-address'],
  ['s3:/models', 'remote-address'],
  ['s3://', 'remote-address'],
  ['s3:///x', 'remote-address'],
  ['s3://UP', 'remote-address'],
  ['s3://ab', 'remote-address'],
  ['s3://models/x//y', 'remote-address'],
  ['s3://models/x/../../y', 'remote-address'],
  ['s3://models/x?y=1', 'remote-address'],
  ['s3://models#x', 'remote-address'],
  ['s3://models/\nx', 'remote-address'],
  ['s3://${{ params.bucket }}/x', 'remote-address'],
  ['file:', 'remote-address'],
  ['file://', 'remote-address'],
  ['file://host/x', 'remote-address'],
  ['http://127.0.0.1/models', 'remote-address'],
  ['s3://key:secret@models/x', 'remote-credentials'],
  ['s3://key@models', 'remote-credentials'],
  ['https://key:secret@s3.example/models', 'remote-credentials'],
]

for (const [text, address] of sound)
  test(`${text} is one`, () => {
    const parsed = parseRemote(text, '/project')
    assert.equal(parsed, { address })
    const again = parseRemote(remoteName(address), '/')
    assert.equal(again, { address }, 'its name is an address again')
  })

for (const [text, code] of faulty)
  test(`${JSON.stringify(text)} is none`, () => {
    const parsed = parseRemote(text, '/project')
    assert.ok('fault' in parsed)
    assert.is(parsed.fault.code, code)
    assert.not(parsed.fault.message.includes('secret'))
  })

test('URLs of servers', () => {
  for (const url of ['http://127.0.0.1:7070', 'https://s3.example', 'https://host/path', 'http://[::1]:9000'])
    assert.is(endpointFault(url), undefined, url)
  for (const url of ['127.0.0.1', 'ftp://x', 'http://', 'http://x/?a=1', 'localhost:9000'])
    assert.is(endpointFault(url)?.code, 'remote-address', url)
  assert.is(endpointFault('http://a:b@x')?.code, 'remote-credentials')
})
