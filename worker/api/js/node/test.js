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
				target, this: self };

			try {
				if (target !== undefined) {
					call.result = Reflect.construct(fn,
					    args, target);
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
			context = new MockFunctionContext(implementation,
			    (c) => c.mockImplementation(original),
			    options?.times);
			this.#all.push(context);
			return mocked(original, context);
		}
		method(object, name, implementation, options = {}) {
			let descriptor, context, kind, original, owner = object;

			if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
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
				if (owner === object)
					Object.defineProperty(object, name,
					    descriptor);
				else
					delete object[name];
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
			return this.method(object, name, implementation,
			    Object.assign({}, options, { getter: true }));
		}
		setter(object, name, implementation, options) {
			if (implementation !== null &&
			    typeof implementation === 'object') {
				options = implementation;
				implementation = undefined;
			}
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
