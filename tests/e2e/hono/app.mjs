import { Hono } from 'hono'
import { logger } from 'hono/logger'
import { cors } from 'hono/cors'
import { getCookie, setCookie } from 'hono/cookie'
import { validator } from 'hono/validator'
import { streamText } from 'hono/streaming'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { basicAuth } from 'hono/basic-auth'
import { etag } from 'hono/etag'
import { prettyJSON } from 'hono/pretty-json'
import { secureHeaders } from 'hono/secure-headers'

const app = new Hono()
app.use('*', async (c, next) => {
  const start = Date.now()
  await next()
  c.header('x-elapsed', String(Date.now() - start >= 0))
})
app.use('/api/*', cors({ origin: 'https://example.com' }))
app.get('/', (c) => c.text('Hello Hono!'))
app.get('/json', (c) => c.json({ ok: true, path: c.req.path, q: c.req.query('q') ?? null }))
app.get('/user/:name', (c) => c.text(`Hello ${c.req.param('name')}`))
app.get('/post/:date{[0-9]+}/:title{[a-z]+}', (c) => c.json(c.req.param()))
app.get('/wild/*/card', (c) => c.text('wild'))
app.get('/html/:name', (c) => c.html(html`<h1>Hello ${c.req.param('name')}</h1>`))
app.post('/api/echo', async (c) => c.json(await c.req.json(), 201))
app.post('/form', async (c) => c.json(await c.req.parseBody()))
app.post('/validate', validator('json', (value, c) => {
  if (typeof value.n !== 'number') return c.text('Invalid!', 400)
  return { n: value.n }
}), (c) => c.json({ doubled: c.req.valid('json').n * 2 }))
app.get('/cookie', (c) => {
  setCookie(c, 'seen', 'yes', { path: '/', httpOnly: true })
  return c.text(`cookie ${getCookie(c, 'seen') ?? 'none'}`)
})
app.get('/stream', (c) => streamText(c, async (stream) => {
  for (const i of [1, 2, 3]) { await stream.writeln(`line ${i}`); await stream.sleep(5) }
}))
app.get('/error', () => { throw new HTTPException(418, { message: 'teapot' }) })
app.get('/throw', () => { throw new Error('boom') })
app.use('/secret/*', basicAuth({ username: 'u', password: 'p' }))
app.get('/secret/page', (c) => c.text('secret'))
app.use('/etag', etag())
app.get('/etag', (c) => c.text('tagged'))
app.use('/pretty', prettyJSON())
app.get('/pretty', (c) => c.json({ a: 1 }))
app.use('/secure', secureHeaders())
app.get('/secure', (c) => c.text('secure'))
app.get('/redirect', (c) => c.redirect('/json'))
const sub = new Hono().basePath('/sub')
sub.get('/a', (c) => c.text('sub a'))
app.route('/', sub)
app.notFound((c) => c.text('Custom 404', 404))
app.onError((err, c) => err instanceof HTTPException ? err.getResponse() : c.text(`Error: ${err.message}`, 500))
export default app
