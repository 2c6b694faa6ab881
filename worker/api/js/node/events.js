/*
 * node:events.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const global = native.global;
	const { AsyncResource } = require('async_hooks');
	const rejection = Symbol.for('nodejs.rejection');
	const errorMonitor = Symbol('events.errorMonitor');
	const capture = Symbol('kCapture');
	let defaultMaxListeners = 10;

	function EventEmitter(options) {
		EventEmitter.init.call(this, options);
	}
	function checkListener(fn) {
		errors.fn(fn, 'listener');
	}
	EventEmitter.prototype._events = undefined;
	EventEmitter.prototype._eventsCount = 0;
	EventEmitter.prototype._maxListeners = undefined;
	EventEmitter.init = function (options) {
		if (this._events === undefined || this._events ===
		    Object.getPrototypeOf(this)._events) {
			this._events = Object.create(null);
			this._eventsCount = 0;
		}
		this._maxListeners = this._maxListeners || undefined;
		if (options?.captureRejections) {
			errors.boolean(options.captureRejections,
			    'options.captureRejections');
			this[capture] = true;
		} else {
			this[capture] = EventEmitter.prototype[capture];
		}
	};
	Object.defineProperty(EventEmitter.prototype, capture, {
		value: false, writable: true, enumerable: false
	});

	function add(emitter, type, listener, atFront) {
		let events, list, max;

		checkListener(listener);
		events = emitter._events;
		if (events === undefined) {
			events = emitter._events = Object.create(null);
			emitter._eventsCount = 0;
		} else if (events.newListener !== undefined) {
			emitter.emit('newListener', type,
			    listener.listener ?? listener);
			events = emitter._events;
		}
		list = events[type];
		if (list === undefined) {
			events[type] = listener;
			emitter._eventsCount++;
			return emitter;
		}
		if (typeof list === 'function')
			list = events[type] = atFront ? [listener, list] :
			    [list, listener];
		else if (atFront)
			list.unshift(listener);
		else
			list.push(listener);
		max = emitter.getMaxListeners();
		if (max > 0 && list.length > max && !list.warned) {
			list.warned = true;
			native.log(2, 'MaxListenersExceededWarning: Possible ' +
			    'EventEmitter memory leak detected. ' +
			    `${list.length} ${String(type)} listeners added ` +
			    `to ${out.inspect(emitter, { depth: -1 })}. Use ` +
			    'emitter.setMaxListeners() to increase limit');
		}
		return emitter;
	}
	function onceWrapper(emitter, type, listener) {
		const state = { fired: false };

		checkListener(listener);
		function wrapped(...args) {
			if (state.fired)
				return undefined;
			emitter.removeListener(type, wrapped);
			state.fired = true;
			return listener.apply(emitter, args);
		}
		wrapped.listener = listener;
		return wrapped;
	}
	function call(emitter, fn, type, args) {
		const result = Reflect.apply(fn, emitter, args);

		if (emitter[capture] && result !== undefined &&
		    result !== null)
			catchRejection(emitter, result, type, args);
	}
	function catchRejection(emitter, promise, type, args) {
		let then;

		try {
			then = promise.then;
			if (typeof then === 'function')
				then.call(promise, undefined, (e) =>
				    global.queueMicrotask(() =>
				        rejected(emitter, e, type, args)));
		} catch (e) {
			emitter.emit('error', e);
		}
	}
	function rejected(emitter, e, type, args) {
		if (typeof emitter[rejection] === 'function') {
			emitter[rejection](e, type, ...args);
			return;
		}
		const before = emitter[capture];

		try {
			emitter[capture] = false;
			emitter.emit('error', e);
		} finally {
			emitter[capture] = before;
		}
	}
	const methods = {
		emit(type, ...args) {
			const events = this._events;
			let handler;

			if (type === 'error' &&
			    events?.[errorMonitor] !== undefined)
				this.emit(errorMonitor, ...args);
			handler = events?.[type];
			if (handler === undefined) {
				if (type === 'error')
					throwError(args[0]);
				return false;
			}
			if (typeof handler === 'function') {
				call(this, handler, type, args);
			} else {
				for (const fn of handler.slice())
					call(this, fn, type, args);
			}
			return true;
		},
		addListener(type, fn) { return add(this, type, fn, false); },
		prependListener(type, fn) {
			return add(this, type, fn, true);
		},
		once(type, fn) {
			return add(this, type, onceWrapper(this, type, fn),
			    false);
		},
		prependOnceListener(type, fn) {
			return add(this, type, onceWrapper(this, type, fn),
			    true);
		},
		removeListener(type, fn) {
			const events = this._events, list = events?.[type];
			let at = -1;

			checkListener(fn);
			if (list === undefined)
				return this;
			if (list === fn || list.listener === fn) {
				this._eventsCount--;
				delete events[type];
				if (events.removeListener)
					this.emit('removeListener', type,
					    list.listener ?? fn);
				return this;
			}
			if (typeof list === 'function')
				return this;
			for (let i = list.length - 1; i >= 0 && at < 0; i--)
				if (list[i] === fn || list[i].listener === fn)
					at = i;
			if (at < 0)
				return this;
			list.splice(at, 1);
			if (list.length === 1)
				events[type] = list[0];
			if (events.removeListener !== undefined)
				this.emit('removeListener', type, fn);
			return this;
		},
		removeAllListeners(type) {
			const events = this._events;

			if (events === undefined)
				return this;
			if (events.removeListener === undefined) {
				if (arguments.length === 0) {
					this._events = Object.create(null);
					this._eventsCount = 0;
				} else if (events[type] !== undefined) {
					this._eventsCount--;
					delete events[type];
				}
				return this;
			}
			if (arguments.length === 0) {
				for (const k of Reflect.ownKeys(events))
					if (k !== 'removeListener')
						this.removeAllListeners(k);
				this.removeAllListeners('removeListener');
				this._events = Object.create(null);
				this._eventsCount = 0;
				return this;
			}
			for (const fn of [].concat(events[type] ?? [])
			    .reverse())
				this.removeListener(type, fn);
			return this;
		},
		listeners(type) {
			return [].concat(this._events?.[type] ?? [])
			    .map((f) => f.listener ?? f);
		},
		rawListeners(type) {
			return [].concat(this._events?.[type] ?? []);
		},
		listenerCount(type, fn) {
			const list = this.rawListeners(type);

			return fn === undefined || fn === null ? list.length :
			    list.filter((f) => f === fn || f.listener === fn)
			        .length;
		},
		eventNames() {
			return this._eventsCount > 0 ?
			    Reflect.ownKeys(this._events) : [];
		},
		setMaxListeners(n) {
			errors.number(n, 'setMaxListeners', 0);
			this._maxListeners = n;
			return this;
		},
		getMaxListeners() {
			return this._maxListeners ?? defaultMaxListeners;
		}
	};
	methods.on = methods.addListener;
	methods.off = methods.removeListener;
	Object.assign(EventEmitter.prototype, methods);

	function throwError(e) {
		let text, error;

		if (e instanceof Error)
			throw e;
		text = out.inspect(e);
		error = errors.error('ERR_UNHANDLED_ERROR',
		    `Unhandled error. (${text})`);
		error.context = e;
		throw error;
	}

	function abortError(signal) {
		const e = new Error('The operation was aborted');

		e.name = 'AbortError';
		e.code = 'ABORT_ERR';
		if (signal?.reason !== undefined)
			Object.defineProperty(e, 'cause', {
				value: signal.reason, configurable: true,
				writable: true
			});
		return e;
	}
	/* An emitter or an EventTarget. */
	function listen(emitter, type, fn, options) {
		if (typeof emitter.on === 'function') {
			if (options?.once)
				emitter.once(type, fn);
			else
				emitter.on(type, fn);
		} else if (typeof emitter.addEventListener === 'function') {
			emitter.addEventListener(type, fn, options);
		} else {
			throw errors.argType('emitter', 'EventEmitter',
			    emitter);
		}
	}
	function unlisten(emitter, type, fn) {
		if (typeof emitter.removeListener === 'function')
			emitter.removeListener(type, fn);
		else
			emitter.removeEventListener(type, fn);
	}
	function checkEmitter(emitter) {
		if (emitter === null || typeof emitter !== 'object' &&
		    typeof emitter !== 'function' ||
		    typeof emitter.on !== 'function' &&
		    typeof emitter.addEventListener !== 'function')
			throw errors.argType('emitter', 'EventEmitter',
			    emitter);
	}
	async function once(emitter, type, options = {}) {
		const signal = options?.signal;

		errors.object(options, 'options');
		errors.signal(signal, 'options.signal');
		checkEmitter(emitter);
		if (signal?.aborted)
			throw abortError(signal);
		return new Promise((resolve, reject) => {
			const isTarget = typeof emitter.on !== 'function';

			function clean() {
				unlisten(emitter, type, done);
				if (!isTarget && type !== 'error')
					unlisten(emitter, 'error', failed);
				if (signal)
					signal.removeEventListener('abort',
					    stop);
			}
			function done(...args) {
				clean();
				resolve(args);
			}
			function failed(e) {
				clean();
				reject(e);
			}
			function stop() {
				clean();
				reject(abortError(signal));
			}
			listen(emitter, type, done, { once: true });
			if (!isTarget && type !== 'error')
				emitter.once('error', failed);
			if (signal)
				signal.addEventListener('abort', stop,
				    { once: true });
		});
	}
	function on(emitter, type, options = {}) {
		const signal = options?.signal;
		const queue = [], waiting = [], closers = [];
		let failure = null, ended = false;

		errors.object(options, 'options');
		errors.signal(signal, 'options.signal');
		checkEmitter(emitter);
		if (signal?.aborted)
			throw abortError(signal);
		function watch(name, fn) {
			listen(emitter, name, fn);
			closers.push(() => unlisten(emitter, name, fn));
		}
		function push(...args) {
			if (waiting.length > 0)
				waiting.shift().resolve({ value: args,
					done: false });
			else
				queue.push(args);
		}
		function fail(e) {
			if (waiting.length > 0)
				waiting.shift().reject(e);
			else
				failure = { error: e };
			iterator.return();
		}
		function stop() { fail(abortError(signal)); }
		const iterator = {
			next() {
				if (queue.length > 0)
					return Promise.resolve({
						value: queue.shift(),
						done: false });
				if (failure !== null) {
					const e = failure.error;

					failure = null;
					return Promise.reject(e);
				}
				if (ended)
					return Promise.resolve({
						value: undefined, done: true });
				return new Promise((resolve, reject) =>
				    waiting.push({ resolve, reject }));
			},
			return() {
				ended = true;
				while (closers.length > 0)
					closers.pop()();
				while (waiting.length > 0)
					waiting.shift().resolve({
						value: undefined, done: true });
				return Promise.resolve({ value: undefined,
					done: true });
			},
			throw(e) {
				if (!(e instanceof Error))
					throw errors.argType(
					    'EventEmitter.AsyncIterator',
					    'Error', e);
				fail(e);
				return Promise.resolve({ value: undefined,
					done: true });
			},
			[Symbol.asyncIterator]() { return this; }
		};

		watch(type, push);
		if (type !== 'error' && typeof emitter.on === 'function')
			watch('error', fail);
		for (const name of options.close ?? [])
			watch(name, () => { iterator.return(); });
		if (signal) {
			signal.addEventListener('abort', stop, { once: true });
			closers.push(() =>
			    signal.removeEventListener('abort', stop));
		}
		return iterator;
	}
	function addAbortListener(signal, listener) {
		if (signal === undefined)
			throw errors.argType('signal', 'AbortSignal', signal);
		errors.signal(signal, 'signal');
		errors.fn(listener, 'listener');
		if (signal.aborted)
			global.queueMicrotask(() => listener());
		else
			signal.addEventListener('abort', listener,
			    { once: true });
		return {
			[Symbol.dispose]() {
				signal.removeEventListener('abort', listener);
			}
		};
	}
	class EventEmitterAsyncResource extends EventEmitter {
		#resource;
		constructor(options) {
			let name;

			if (typeof options === 'string')
				name = options;
			else
				name = options?.name ?? new.target.name;
			super(typeof options === 'string' ? undefined :
			    options);
			this.#resource = new AsyncResource(name);
		}
		emit(type, ...args) {
			return this.#resource.runInAsyncScope(
			    EventEmitter.prototype.emit, this, type, ...args);
		}
		emitDestroy() { this.#resource.emitDestroy(); }
		get asyncId() { return this.#resource.asyncId(); }
		get triggerAsyncId() {
			return this.#resource.triggerAsyncId();
		}
		get asyncResource() { return this.#resource; }
	}

	Object.assign(EventEmitter, {
		EventEmitter,
		EventEmitterAsyncResource,
		addAbortListener,
		captureRejectionSymbol: rejection,
		errorMonitor,
		on,
		once,
		usingDomains: false,
		getEventListeners(emitter, type) {
			return typeof emitter.listeners === 'function' ?
			    emitter.listeners(type) :
			    out.listenersOf ? out.listenersOf(emitter, type) :
			    [];
		},
		getMaxListeners(emitter) {
			return typeof emitter.getMaxListeners === 'function' ?
			    emitter.getMaxListeners() : defaultMaxListeners;
		},
		setMaxListeners(n = defaultMaxListeners, ...targets) {
			errors.number(n, 'setMaxListeners', 0);
			if (targets.length === 0)
				defaultMaxListeners = n;
			for (const t of targets)
				if (typeof t.setMaxListeners === 'function')
					t.setMaxListeners(n);
		},
		listenerCount(emitter, type) {
			return emitter.listenerCount(type);
		}
	});
	Object.defineProperties(EventEmitter, {
		captureRejections: {
			get() { return EventEmitter.prototype[capture]; },
			set(v) {
				errors.boolean(v,
				    'EventEmitter.captureRejections');
				EventEmitter.prototype[capture] = v;
			},
			enumerable: true
		},
		defaultMaxListeners: {
			get() { return defaultMaxListeners; },
			set(n) {
				errors.number(n, 'defaultMaxListeners', 0);
				defaultMaxListeners = n;
			},
			enumerable: true
		}
	});
	return EventEmitter;
})
