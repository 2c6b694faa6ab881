/*
 * node:test, of which there is `mock`: functions that remember their calls.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');

	class MockFunctionContext {
		#calls = [];
		#implementation;
		#once = new Map();
		#restore;
		constructor(implementation, restore, times) {
			this.#implementation = implementation;
			this.#restore = restore;
			this.times = times;
		}
		get calls() { return this.#calls.slice(); }
		callCount() { return this.#calls.length; }
		mockImplementation(fn) {
			errors.fn(fn, 'implementation');
			this.#implementation = fn;
		}
		mockImplementationOnce(fn, onCall) {
			errors.fn(fn, 'implementation');
			if (onCall !== undefined)
				errors.integer(onCall, 'onCall',
				    this.#calls.length);
			this.#once.set(onCall ?? this.#calls.length, fn);
		}
		resetCalls() { this.#calls = []; }
		restore() {
			if (this.#restore)
				this.#restore(this);
		}
		/* The implementation of the next call. */
		next() {
			const n = this.#calls.length, fn = this.#once.get(n) ??
			    this.#implementation;

			this.#once.delete(n);
			if (this.times !== undefined && n + 1 === this.times)
				this.restore();
			return fn;
		}
		record(call) { this.#calls.push(call); }
	}
	function mocked(original, context) {
		function run(self, args, target) {
			const fn = context.next();
			const call = { arguments: args, error: undefined,
				result: undefined, stack: new Error(),
				target: target && original, this: self };

			try {
				if (target !== undefined) {
					call.this = undefined;
					call.result = Reflect.construct(fn,
					    args, target === mock ? original :
					        target);
					call.this = call.result;
				} else {
					call.result = Reflect.apply(fn, self,
					    args);
				}
				return call.result;
			} catch (e) {
				call.error = e;
				throw e;
			} finally {
				context.record(call);
			}
		}
		function mock(...args) {
			return run(this, args, new.target);
		}
		Object.defineProperty(mock, 'mock', { value: context,
			configurable: true });
		Object.defineProperty(mock, 'name', {
			value: original.name, configurable: true });
		Object.defineProperty(mock, 'length', {
			value: original.length, configurable: true });
		if (original.prototype !== undefined)
			mock.prototype = original.prototype;
		return mock;
	}
	function checkTimes(times) {
		if (times !== undefined)
			errors.integer(times, 'options.times', 1);
	}
	function checkOptions(options) {
		errors.object(options, 'options');
		for (const k of ['getter', 'setter'])
			if (options[k] !== undefined)
				errors.boolean(options[k], `options.${k}`);
		if (options.getter && options.setter)
			throw errors.argValue('options.setter',
			    options.setter,
			    "cannot be used with 'options.getter'");
		checkTimes(options.times);
	}
	class MockTracker {
		#all = [];
		fn(original, implementation, options) {
			let context;

			if (original !== null && typeof original === 'object') {
				options = original;
				original = undefined;
			} else if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
			original ??= function () { };
			implementation ??= original;
			errors.fn(original, 'original');
			errors.fn(implementation, 'implementation');
			checkTimes(options?.times);
			context = new MockFunctionContext(implementation,
			    (c) => c.mockImplementation(original),
			    options?.times);
			this.#all.push(context);
			return mocked(original, context);
		}
		method(object, name, implementation, options = {}) {
			let descriptor, context, kind, original, owner = object;

			if (object === null || typeof object !== 'object' &&
			    typeof object !== 'function')
				throw errors.argType('object', ['object',
					'function'], object);
			if (typeof name !== 'string' &&
			    typeof name !== 'symbol')
				throw errors.argType('methodName', ['string',
					'symbol'], name);
			if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
			checkOptions(options);
			while (owner !== null && !(descriptor =
			    Object.getOwnPropertyDescriptor(owner, name)))
				owner = Object.getPrototypeOf(owner);
			kind = options.getter ? 'get' : options.setter ? 'set' :
			    'value';
			original = descriptor?.[kind];
			if (typeof original !== 'function')
				throw errors.argValue('methodName', original,
				    'must be a method');
			context = new MockFunctionContext(
			    implementation ?? original, () => {
				Object.defineProperty(object, name,
				    descriptor);
			    }, options.times);
			this.#all.push(context);
			const mock = mocked(original, context);

			Object.defineProperty(object, name, Object.assign({},
			    descriptor, { [kind]: mock, configurable: true }));
			return mock;
		}
		getter(object, name, implementation, options) {
			if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
			if (options?.getter === false)
				throw errors.argValue('options.getter',
				    options.getter, 'cannot be false');
			return this.method(object, name, implementation,
			    Object.assign({}, options, { getter: true }));
		}
		setter(object, name, implementation, options) {
			if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
			if (options?.setter === false)
				throw errors.argValue('options.setter',
				    options.setter, 'cannot be false');
			return this.method(object, name, implementation,
			    Object.assign({}, options, { setter: true }));
		}
		restoreAll() {
			for (const c of this.#all)
				c.restore();
		}
		reset() {
			this.restoreAll();
			this.#all = [];
		}
	}
	return { mock: new MockTracker(), MockFunctionContext, MockTracker };
})
