// sign-token.mjs SUBJECT [SCOPE]: prints a token of a user that is valid for ten minutes, signed with GATEWAY_JWT_SECRET.
import { createHmac } from 'node:crypto'
import { pathToFileURL } from 'node:url'

export function signToken(subject, scope, { secret, lifetime = 600 }) {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: subject, iat: now, exp: now + lifetime, ...(scope && { scope }) }
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const secret = process.env.GATEWAY_JWT_SECRET
  if (!secret) {
    console.error('GATEWAY_JWT_SECRET must be set to the secret that the gateway has')
    process.exit(1)
  }
  const [subject, scope] = process.argv.slice(2)
  console.log(signToken(subject, scope, { secret }))
}
