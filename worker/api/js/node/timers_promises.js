/*
 * node:timers/promises.
 */
(function (native, out, require) {
	'use strict';
	const global = native.global;
	const errors = require('errors');

	function abortError(signal) {
		const e = new Error('The operation was aborted');

		e.name = 'AbortError';
		e.code = 'ABORT_ERR';
		if (signal.reason !== undefined)
			e.cause = signal.reason;
		return e;
	}
	function check(options) {
		errors.object(options, 'options');
		errors.signal(options.signal, 'options.signal');
		if (options.ref !== undefined)
			errors.boolean(options.ref, 'options.ref');
	}
	/* START(fn) begins and returns what STOP ends. */
	function wait(start, stop, value, options) {
		const signal = options.signal;

		if (signal?.aborted)
			return Promise.reject(abortError(signal));
		return new Promise((resolve, reject) => {
			const id = start(() => {
				signal?.removeEventListener('abort', abort);
				resolve(value);
			});

			function abort() {
				stop(id);
				reject(abortError(signal));
			}
			signal?.addEventListener('abort', abort,
			    { once: true });
		});
	}
	async function setTimeout(delay, value, options = {}) {
		if (delay !== undefined)
			errors.number(delay, 'delay');
		check(options);
		return wait((fn) => global.setTimeout(fn, delay),
		    global.clearTimeout, value, options);
	}
	async function setImmediate(value, options = {}) {
		check(options);
		return wait((fn) => require('timers').setImmediate(fn),
		    require('timers').clearImmediate, value, options);
	}
	async function* setInterval(delay, value, options = {}) {
		if (delay !== undefined)
			errors.number(delay, 'delay');
		check(options);
		for (;;)
			yield await setTimeout(delay, value, options);
	}
	return {
		setTimeout,
		setImmediate,
		setInterval,
		scheduler: {
			wait(delay, options) {
				return setTimeout(delay, undefined, options);
			},
			yield() { return setImmediate(); }
		}
	};
})
