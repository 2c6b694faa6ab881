/*
 * The worker that answers the tests' requests: files of the suite, and the
 * handlers that tests without a browser use (those of fetch/api/resources, by
 * what the tests expect of them).
 */
const types = {
	json: 'application/json', js: 'text/javascript', txt: 'text/plain',
	html: 'text/html', css: 'text/css', png: 'image/png'
};
const stash = new Map();
const SLOW_MAX = 2000;

function bytes(text) {
	const b = new Uint8Array(text.length);

	for (let i = 0; i < text.length; i++)
		b[i] = text.charCodeAt(i);
	return b;
}

function sleep(ms) {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

/* A stream of what the generator gives; nobody reads on: over() is called. */
function streamed(generator, over) {
	return new ReadableStream({
		async pull(controller) {
			const { done, value } = await generator.next();

			if (done)
				controller.close();
			else
				controller.enqueue(bytes(value));
		},
		cancel() { over?.(); }
	});
}

function file(path, env) {
	const text = env.files[path];

	if (text === undefined)
		return new Response('not found', { status: 404 });
	const headers = new Headers();
	const type = types[path.slice(path.lastIndexOf('.') + 1)];

	if (type !== undefined)
		headers.set('Content-Type', type);
	for (const line of (env.files[`${path}.headers`] || '').split('\n')) {
		const colon = line.indexOf(':');

		if (colon > 0)
			headers.set(line.slice(0, colon),
			    line.slice(colon + 1).trim());
	}
	return new Response(bytes(text), { headers });
}

function inspectHeaders(request, query) {
	const headers = new Headers({ 'Content-Type': 'text/plain' });

	for (const name of (query.get('headers') || '').split('|')) {
		const value = request.headers.get(name);

		if (value !== null)
			headers.append(`x-request-${name}`, value);
	}
	return new Response('', { headers });
}

async function echoContent(request) {
	const headers = { 'X-Request-Method': request.method,
		'Content-Type': 'text/plain' };

	for (const name of ['Content-Length', 'Content-Type'])
		headers[`X-Request-${name}`] = request.headers.get(name) || 'NO';
	return new Response(await request.arrayBuffer(), { headers });
}

async function method(request) {
	const headers = { 'x-request-method': request.method };

	for (const name of ['type', 'length', 'encoding', 'language',
		'location'])
		headers[`x-request-content-${name}`] =
		    request.headers.get(`content-${name}`) || 'NO';
	return new Response(await request.arrayBuffer(), { headers });
}

function redirect(request, query) {
	const status = Number(query.get('redirect_status') || 302);
	const headers = new Headers({ 'Content-Type': 'text/plain',
		'Cache-Control': 'no-cache' });
	const token = query.get('token');
	const seen = stash.get(token) || { count: 0, preflight: '0' };
	let location = query.get('location');

	seen.count++;
	if (location !== null) {
		if (!query.has('simple') &&
		    /^(https?:|[^:]*$|[^:]*[/?#])/.test(location)) {
			const all = new URLSearchParams();

			for (const key of new Set(query.keys()))
				all.set(key, query.get(key));
			location += `${location.includes('?') ? '&' : '?'}${
			    all}&count=${seen.count}`;
		}
		headers.set('Location', location);
	}
	if (token !== null) {
		stash.set(token, seen);
		if (query.has('max_count') &&
		    seen.count > Number(query.get('max_count')))
			return new Response(String(seen.count - 1));
	}
	return new Response('', { status, headers });
}

function status(request, query) {
	const code = Number(query.get('code') || 200);
	const headers = { 'Content-Type': query.get('type') || '',
		'X-Request-Method': request.method };
	const isNull = [101, 204, 205, 304].includes(code);

	return new Response(isNull ? null : query.get('content') || '',
	    { status: code, statusText: query.get('text') ?? 'OMG', headers });
}

async function* trickle(query) {
	const ms = Math.min(Number(query.get('ms') || 500), SLOW_MAX);
	const count = Number(query.get('count') || 50);

	for (let i = 0; i < count; i++) {
		await sleep(ms);
		yield 'TEST_TRICKLE\n';
	}
}

async function* endless(query, dir) {
	const state = query.get('stateKey'), abort = query.get('abortKey');

	if (state !== null)
		stash.set(dir + state, 'open');
	yield '.'.repeat(2048);
	for (let i = 0; i < SLOW_MAX; i++) {
		if (abort !== null && stash.delete(dir + abort))
			break;
		await sleep(10);
		yield '.';
	}
}

const handlers = {
	'inspect-headers.py': inspectHeaders,
	'echo-content.py': echoContent,
	'echo-content.h2.py': echoContent,
	'method.py': method,
	'redirect.py': redirect,
	'status.py': status,
	'trickle.py': (request, query) =>
	    new Response(streamed(trickle(query)), { headers:
		query.has('notype') ? {} : { 'Content-Type': 'text/plain' } }),
	'infinite-slow-response.py': (request, query, dir) =>
	    new Response(streamed(endless(query, dir), () => {
		stash.set(dir + query.get('stateKey'), 'closed');
	    }), { headers: { 'Content-Type': 'text/plain' } }),
	'bad-chunk-encoding.py': (request, query) => new Response(streamed(
	    (async function* () {
		for (let i = 0; i < Number(query.get('count') || 50); i++)
			yield 'TEST_CHUNK';
		throw new Error('this answer is meant to break');
	})())),
	'dump-authorization-header.py': (request) =>
	    new Response(request.headers.get('authorization') || 'none',
	        { headers: { 'Content-Type': 'text/html' } }),
	'redirect-empty-location.py': () =>
	    new Response('', { status: 302, headers: { Location: '' } }),
	'stash-put.py': (request, query, dir) => {
		stash.set(dir + query.get('key'), query.get('value'));
		return new Response('done');
	},
	'stash-take.py': (request, query, dir) => {
		const key = dir + query.get('key'), value = stash.get(key);

		stash.delete(key);
		return Response.json(value === undefined ? null : value);
	},
	'clean-stash.py': (request, query) => {
		const had = stash.delete(query.get('token'));

		return new Response(had ? '1' : '0');
	},
	'parse-headers.py': (request, query) => new Response('',
	    { headers: { 'my-custom-header': query.get('my-custom-header') } }),
	'echo-headers.py': (request) => new Response(
	    [...request.headers].map(([k, v]) => `${k}: ${v}\r\n`).join(''))
};

export default {
	async fetch(request, env) {
		const url = new URL(request.url);
		const path = decodeURIComponent(url.pathname);
		const slash = path.lastIndexOf('/') + 1;
		const handler = handlers[path.slice(slash)];

		return handler === undefined ? file(path, env) :
		    handler(request, url.searchParams, path.slice(0, slash));
	}
};
