/*
 * node:async_hooks: AsyncLocalStorage and AsyncResource. The async context of
 * the engine is a Map from storages to their values, never changed once made.
 */
(function (native, out, require) {
	'use strict';

	function runIn(context, fn, self, args) {
		const before = native.getContext();

		native.setContext(context);
		try {
			return Reflect.apply(fn, self, args);
		} finally {
			native.setContext(before);
		}
	}
	function withStore(storage, store) {
		const context = new Map(native.getContext());

		if (store === undefined)
			context.delete(storage);
		else
			context.set(storage, store);
		return context.size === 0 ? undefined : context;
	}
	function checkFunction(fn) {
		if (typeof fn !== 'function')
			throw require('errors').argType('fn', 'function', fn);
	}

	class AsyncLocalStorage {
		#fallback;
		#name;
		constructor(options) {
			if (options !== undefined) {
				this.#fallback = options.defaultValue;
				this.#name = options.name;
			}
		}
		static bind(fn) {
			const context = native.getContext();

			checkFunction(fn);
			return function (...args) {
				return runIn(context, fn, this, args);
			};
		}
		static snapshot() {
			const context = native.getContext();

			return function (fn, ...args) {
				return runIn(context, fn, this, args);
			};
		}
		get name() { return this.#name ?? ''; }
		run(store, fn, ...args) {
			checkFunction(fn);
			return runIn(withStore(this, store), fn, undefined,
			    args);
		}
		exit(fn, ...args) {
			return this.run(undefined, fn, ...args);
		}
		getStore() {
			const context = native.getContext();
			const store = context === undefined ? undefined :
			    context.get(this);

			return store === undefined ? this.#fallback : store;
		}
		enterWith(store) {
			native.setContext(withStore(this, store));
		}
		disable() {
			native.setContext(withStore(this, undefined));
		}
	}
	class AsyncResource {
		#context = native.getContext();
		#type;
		constructor(type) {
			const errors = require('errors');

			errors.string(type, 'type');
			if (type === '')
				throw errors.type('ERR_ASYNC_TYPE',
				    `Invalid name for async "type": ${type}`);
			this.#type = type;
		}
		static bind(fn, type, self) {
			checkFunction(fn);
			return new AsyncResource(type || fn.name ||
			    'bound-anonymous-fn').bind(fn, self);
		}
		bind(fn, self) {
			const resource = this;

			checkFunction(fn);
			function bound(...args) {
				return runIn(resource.#context, fn,
				    self === undefined ? this : self, args);
			}
			Object.defineProperties(bound, {
				length: { value: fn.length,
					configurable: true },
				asyncResource: { value: this, enumerable: true,
					configurable: true, writable: true }
			});
			return bound;
		}
		runInAsyncScope(fn, self, ...args) {
			return runIn(this.#context, fn, self, args);
		}
		asyncId() { return 0; }
		triggerAsyncId() { return 0; }
		emitDestroy() { return this; }
		type() { return this.#type; }
	}
	return {
		AsyncLocalStorage,
		AsyncResource,
		asyncWrapProviders: Object.create(null),
		createHook() {
			const hook = {
				enable() { return hook; },
				disable() { return hook; }
			};

			return hook;
		},
		executionAsyncId: () => 0,
		executionAsyncResource: () => ({}),
		triggerAsyncId: () => 0
	};
})
