/*
 * node:timers: the global ones, and those of node that are none.
 */
(function (native, out, require) {
	'use strict';
	const global = native.global;
	const errors = require('errors');
	const immediates = new Map();
	let last = 0;

	class Immediate {
		#id;
		constructor(id) { this.#id = id; }
		ref() { return this; }
		unref() { return this; }
		hasRef() { return true; }
		[Symbol.dispose]() { clearImmediate(this); }
		static idOf(o) {
			return o !== null && typeof o === 'object' && #id in o ?
			    o.#id : undefined;
		}
	}
	function setImmediate(fn, ...args) {
		const id = ++last;

		errors.fn(fn, 'callback');
		immediates.set(id, global.setTimeout(() => {
			immediates.delete(id);
			fn(...args);
		}, 0));
		return new Immediate(id);
	}
	function clearImmediate(immediate) {
		const id = Immediate.idOf(immediate);

		if (id === undefined || !immediates.has(id))
			return;
		global.clearTimeout(immediates.get(id));
		immediates.delete(id);
	}
	const timers = {
		setTimeout: global.setTimeout,
		clearTimeout: global.clearTimeout,
		setInterval: global.setInterval,
		clearInterval: global.clearInterval,
		setImmediate,
		clearImmediate,
		active() { throw new Error('Not implemented'); },
		unenroll() { throw new Error('Not implemented'); },
		enroll() { throw new Error('Not implemented'); }
	};
	Object.defineProperty(timers, 'promises', {
		get() { return require('timers_promises'); },
		enumerable: true, configurable: true
	});
	return timers;
})
