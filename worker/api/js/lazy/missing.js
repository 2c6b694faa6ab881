/*
 * Classes of workers that are not there yet: they can be named, and say so
 * when they are used.
 */
(function (native, out) {
	'use strict';
	const globals = {};

	function refuse(what) {
		throw new Error(`${what} is not implemented`);
	}
	for (const name of ['Cache', 'CacheStorage', 'EventSource',
		'HTMLRewriter', 'WebSocket', 'WebSocketPair',
		'WebSocketRequestResponsePair'])
		globals[name] = native.named(function () {
			refuse(name);
		}, name);

	const caches = Object.create(globals.CacheStorage.prototype);

	out.define(globals.CacheStorage, {
		get default() { return refuse('caches.default'); },
		async open() { refuse('caches.open'); },
		async match() { refuse('caches.match'); },
		async has() { refuse('caches.has'); },
		async delete() { refuse('caches.delete'); },
		async keys() { refuse('caches.keys'); }
	}, null, null, 0);
	globals.caches = caches;
	out.lazyGlobals(globals);
})
