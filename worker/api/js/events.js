/*
 * DOMException, events, AbortController, and the worker's own events.
 *
 * Embedded: ES5 as Duktape has it. NATIVE is what scripts.c offers, OUT
 * collects what other scripts and C use.
 */
(function (native, out) {
	'use strict';
	var global = native.global;
	var $E = native.hidden('event');
	var $T = native.hidden('target');
	var $S = native.hidden('signal');
	var $D = native.hidden('dom');
	var setTimeout = global.setTimeout;
	var define = out.define;

	/* --- DOMException --- */
	var codes = {
		IndexSizeError: 1, HierarchyRequestError: 3,
		WrongDocumentError: 4, InvalidCharacterError: 5,
		NoModificationAllowedError: 7, NotFoundError: 8,
		NotSupportedError: 9, InUseAttributeError: 10,
		InvalidStateError: 11, SyntaxError: 12,
		InvalidModificationError: 13, NamespaceError: 14,
		InvalidAccessError: 15, TypeMismatchError: 17,
		SecurityError: 18, NetworkError: 19, AbortError: 20,
		URLMismatchError: 21, QuotaExceededError: 22,
		TimeoutError: 23, InvalidNodeTypeError: 24, DataCloneError: 25
	};

	function DOMException(message, options) {
		var name = 'Error', state, err;

		if (new.target === undefined)
			throw new TypeError("DOMException: use 'new'");
		message = message === undefined ? '' : String(message);
		if (typeof options === 'object' && options !== null) {
			if (options.name !== undefined)
				name = String(options.name);
			if ('cause' in options)
				native.value(this, 'cause', options.cause);
		} else if (options !== undefined) {
			name = String(options);
		}
		state = { name: name, message: message };
		this[$D] = state;
		err = new Error(message);
		native.value(this, 'stack',
		    String(err.stack).replace(/^Error/, name));
	}
	function dom(o) {
		var s = o !== null && typeof o === 'object' ? o[$D] : undefined;

		if (s === undefined)
			throw new TypeError('Illegal invocation');
		return s;
	}
	define(DOMException, {
		get name() { return dom(this).name; },
		get message() { return dom(this).message; },
		get code() { return codes[dom(this).name] || 0; }
	}, null, null, 0);
	Object.setPrototypeOf(DOMException.prototype, Error.prototype);
	native.constants(DOMException, 1,
	    'INDEX_SIZE_ERR', 'DOMSTRING_SIZE_ERR', 'HIERARCHY_REQUEST_ERR',
	    'WRONG_DOCUMENT_ERR', 'INVALID_CHARACTER_ERR',
	    'NO_DATA_ALLOWED_ERR', 'NO_MODIFICATION_ALLOWED_ERR',
	    'NOT_FOUND_ERR', 'NOT_SUPPORTED_ERR', 'INUSE_ATTRIBUTE_ERR',
	    'INVALID_STATE_ERR', 'SYNTAX_ERR', 'INVALID_MODIFICATION_ERR',
	    'NAMESPACE_ERR', 'INVALID_ACCESS_ERR', 'VALIDATION_ERR',
	    'TYPE_MISMATCH_ERR', 'SECURITY_ERR', 'NETWORK_ERR', 'ABORT_ERR',
	    'URL_MISMATCH_ERR', 'QUOTA_EXCEEDED_ERR', 'TIMEOUT_ERR',
	    'INVALID_NODE_TYPE_ERR', 'DATA_CLONE_ERR');
	out.DOMException = DOMException;
	out.isDOMException = function (o) { return o[$D] !== undefined; };

	/* --- Event --- */
	function requireArgs(given, n, what) {
		if (given < n)
			throw new TypeError(what + ': ' + n +
			    (n === 1 ? ' argument' : ' arguments') +
			    ' required, but only ' + given + ' present.');
	}
	function dict(v, what) {
		if (v === undefined || v === null)
			return {};
		if (typeof v !== 'object' && typeof v !== 'function')
			throw new TypeError(what + ': options must be an object');
		return v;
	}
	function initEvent(e, type, options, what) {
		options = dict(options, what);
		e[$E] = {
			self: e, type: String(type), target: null, current: null,
			phase: 0, bubbles: !!options.bubbles,
			cancelable: !!options.cancelable,
			composed: !!options.composed, canceled: false,
			stop: false, stopNow: false, dispatching: false,
			passive: false, time: native.now(), trusted: false
		};
		return options;
	}
	function ev(o) {
		var s = o !== null && typeof o === 'object' ? o[$E] : undefined;

		if (s === undefined)
			throw new TypeError('Illegal invocation');
		return s;
	}
	function Event(type, options) {
		if (new.target === undefined)
			throw new TypeError("Event: use 'new'");
		requireArgs(arguments.length, 1, 'Event constructor');
		initEvent(this, type, options, 'Event constructor');
	}
	define(Event, {
		get type() { return ev(this).type; },
		get target() { return ev(this).target; },
		get srcElement() { return ev(this).target; },
		get currentTarget() { return ev(this).current; },
		get eventPhase() { return ev(this).phase; },
		get bubbles() { return ev(this).bubbles; },
		get cancelable() { return ev(this).cancelable; },
		get composed() { return ev(this).composed; },
		get defaultPrevented() { return ev(this).canceled; },
		get returnValue() { return !ev(this).canceled; },
		set returnValue(v) { if (!v) this.preventDefault(); },
		get cancelBubble() { return ev(this).stop; },
		set cancelBubble(v) { if (v) ev(this).stop = true; },
		get isTrusted() { return ev(this).trusted; },
		get timeStamp() { return ev(this).time; },
		composedPath() {
			var s = ev(this);

			return s.current !== null ? [s.current] : [];
		},
		preventDefault() {
			var s = ev(this);

			if (s.cancelable && !s.passive)
				s.canceled = true;
		},
		stopPropagation() { ev(this).stop = true; },
		stopImmediatePropagation() {
			var s = ev(this);

			s.stop = true;
			s.stopNow = true;
		}
	}, null, null, 1);
	native.constants(Event, 0, 'NONE', 'CAPTURING_PHASE', 'AT_TARGET',
	    'BUBBLING_PHASE');

	/* Classes that only add fields of their dictionary. */
	function subclass(name, fields, parent) {
		var $F = native.hidden('fields.' + name), members = {}, C;

		C = function (type, options) {
			var f = {}, k;

			if (new.target === undefined)
				throw new TypeError(name + ": use 'new'");
			requireArgs(arguments.length, 1, name + ' constructor');
			options = initEvent(this, type, options,
			    name + ' constructor');
			for (k in fields) {
				f[k] = options[k] === undefined ?
				    fields[k] : options[k];
			}
			this[$F] = f;
		};
		native.value(C, 'name', name, true);
		Object.keys(fields).forEach(function (k) {
			Object.defineProperty(members, k, {
				get: native.named(function () {
					if (!this || !this[$F])
						throw new TypeError(
						    'Illegal invocation');
					return this[$F][k];
				}, 'get ' + k),
				enumerable: true, configurable: true
			});
		});
		define(C, members, null, parent || Event, 1);
		return C;
	}
	var CustomEvent = subclass('CustomEvent', { detail: null });
	var MessageEvent = subclass('MessageEvent', {
		data: null, origin: '', lastEventId: '', source: null, ports: []
	});
	var ErrorEvent = subclass('ErrorEvent', {
		message: '', filename: '', lineno: 0, colno: 0, error: undefined
	});
	var CloseEvent = subclass('CloseEvent', {
		code: 0, reason: '', wasClean: false
	});
	var PromiseRejectionEvent = subclass('PromiseRejectionEvent', {
		promise: null, reason: undefined
	});

	/* --- EventTarget --- */
	function lists(t) {
		var l = t[$T];

		if (l === undefined) {
			if (t !== global && !(t instanceof EventTarget))
				throw new TypeError('Illegal invocation');
			l = t[$T] = Object.create(null);
		}
		return l;
	}
	function EventTarget() {
		if (new.target === undefined)
			throw new TypeError("EventTarget: use 'new'");
		this[$T] = Object.create(null);
	}
	function report(error) {
		native.report(error);
	}
	function invoke(l, target, event) {
		try {
			if (typeof l.callback === 'function') {
				l.callback.call(target, event);
			} else {
				l.callback.handleEvent(event);
			}
		} catch (e) {
			report(e);
		}
	}
	function dispatch(target, event, trusted) {
		var s = ev(event), list, i, l;

		if (s.dispatching)
			throw new DOMException(
			    'The event is already being dispatched.',
			    'InvalidStateError');
		s.trusted = trusted;
		s.target = target;
		s.current = target;
		s.phase = 2;
		s.dispatching = true;
		list = lists(target)[s.type];
		list = list === undefined ? [] : list.slice();
		for (i = 0; i < list.length && !s.stopNow; i++) {
			l = list[i];
			if (l.removed)
				continue;
			if (l.once)
				remove(target, s.type, l.callback, l.capture);
			s.passive = l.passive;
			invoke(l, target, event);
			s.passive = false;
		}
		s.dispatching = false;
		s.current = null;
		s.phase = 0;
		s.stop = false;
		s.stopNow = false;
		return !s.canceled;
	}
	function remove(target, type, callback, capture) {
		var list = lists(target)[type], i;

		for (i = 0; list !== undefined && i < list.length; i++) {
			if (list[i].callback === callback &&
			    list[i].capture === capture) {
				list[i].removed = true;
				list.splice(i, 1);
				return;
			}
		}
	}
	function add(target, type, callback, options) {
		var capture = false, once = false, passive = false;
		var signal, list, i;

		if (typeof options === 'boolean') {
			capture = options;
		} else if (options !== undefined && options !== null) {
			capture = !!options.capture;
			once = !!options.once;
			passive = !!options.passive;
			signal = options.signal;
			if (signal !== undefined)
				sig(signal);
		}
		if (signal !== undefined && sig(signal).aborted)
			return;
		if (callback === null || callback === undefined)
			return;
		if (typeof callback !== 'function' &&
		    typeof callback !== 'object')
			throw new TypeError('addEventListener: the listener ' +
			    'must be a function or an object');
		list = lists(target);
		list = list[type] || (list[type] = []);
		for (i = 0; i < list.length; i++) {
			if (list[i].callback === callback &&
			    list[i].capture === capture)
				return;
		}
		list.push({ callback: callback, capture: capture, once: once,
			passive: passive, removed: false });
		if (signal !== undefined)
			onAbort(signal, function () {
				remove(target, type, callback, capture);
			});
	}
	var targetMembers = {
		addEventListener(type, callback, options) {
			requireArgs(arguments.length, 2, 'addEventListener');
			add(this === undefined || this === null ? global : this,
			    String(type), callback, options);
		},
		removeEventListener(type, callback, options) {
			requireArgs(arguments.length, 2, 'removeEventListener');
			remove(this === undefined || this === null ? global :
			    this, String(type), callback,
			    typeof options === 'boolean' ? options :
			        !!(options && options.capture));
		},
		dispatchEvent(event) {
			requireArgs(arguments.length, 1, 'dispatchEvent');
			return dispatch(this === undefined || this === null ?
			    global : this, event, false);
		}
	};
	native.value(targetMembers.addEventListener, 'length', 2, true);
	native.value(targetMembers.removeEventListener, 'length', 2, true);
	define(EventTarget, targetMembers, null, null, 0);
	/* "onabort" and its like */
	function handlerProperty(proto, name) {
		var type = name.slice(2), $H = native.hidden('on.' + type);

		Object.defineProperty(proto, name, {
			get: native.named(function () {
				return this[$H] ? this[$H].fn : null;
			}, 'get ' + name),
			set: native.named(function (fn) {
				var h = this[$H];

				if (typeof fn !== 'function' &&
				    (typeof fn !== 'object' || fn === null))
					fn = null;
				if (h === undefined) {
					if (fn === null)
						return;
					h = this[$H] = { fn: fn };
					add(this, type, function (e) {
						if (typeof h.fn === 'function')
							h.fn.call(this, e);
					});
				}
				h.fn = fn;
			}, 'set ' + name),
			enumerable: true, configurable: true
		});
	}
	out.handlerProperty = handlerProperty;
	out.initTarget = function (o) { o[$T] = Object.create(null); };
	out.dispatch = dispatch;

	/* --- AbortSignal --- */
	function sig(o) {
		var s = o !== null && typeof o === 'object' ? o[$S] : undefined;

		if (s === undefined)
			throw new TypeError('the value is not an AbortSignal');
		return s;
	}
	function AbortSignal() {
		throw new TypeError('Illegal constructor');
	}
	function newSignal() {
		var o = Object.create(AbortSignal.prototype);

		o[$T] = Object.create(null);
		o[$S] = { self: o, aborted: false, reason: undefined,
			algorithms: [], sources: null, dependents: [] };
		return o;
	}
	function signalAbort(o, reason) {
		var s = sig(o), deps = [], i;

		if (s.aborted)
			return;
		if (reason === undefined)
			reason = new DOMException('The operation was aborted',
			    'AbortError');
		s.aborted = true;
		s.reason = reason;
		for (i = 0; i < s.dependents.length; i++) {
			if (!sig(s.dependents[i]).aborted) {
				sig(s.dependents[i]).aborted = true;
				sig(s.dependents[i]).reason = reason;
				deps.push(s.dependents[i]);
			}
		}
		runAbort(o);
		for (i = 0; i < deps.length; i++)
			runAbort(deps[i]);
	}
	function runAbort(o) {
		var s = sig(o), list = s.algorithms, i;

		s.algorithms = [];
		for (i = 0; i < list.length; i++)
			list[i](s.reason);
		dispatch(o, new Event('abort'), true);
	}
	function onAbort(o, fn) {
		var s = sig(o);

		if (s.aborted)
			fn(s.reason);
		else
			s.algorithms.push(fn);
	}
	function offAbort(o, fn) {
		var s = sig(o), i = s.algorithms.indexOf(fn);

		if (i >= 0)
			s.algorithms.splice(i, 1);
	}
	define(AbortSignal, {
		get aborted() { return sig(this).aborted; },
		get reason() { return sig(this).reason; },
		throwIfAborted() {
			var s = sig(this);

			if (s.aborted)
				throw s.reason;
		}
	}, {
		abort(reason) {
			var o = newSignal(), s = sig(o);

			s.aborted = true;
			s.reason = reason === undefined ? new DOMException(
			    'The operation was aborted', 'AbortError') : reason;
			return o;
		},
		timeout(ms) {
			var o = newSignal();

			ms = Number(ms);
			if (!(ms >= 0 && ms <= 9007199254740991))
				throw new TypeError('AbortSignal.timeout: the ' +
				    'delay is out of range');
			setTimeout(function () {
				signalAbort(o, new DOMException(
				    'The operation was aborted due to timeout',
				    'TimeoutError'));
			}, ms);
			return o;
		},
		any(signals) {
			var o = newSignal(), s = sig(o), list, i, j, from, src;

			list = native.list(signals);
			for (i = 0; i < list.length; i++)
				sig(list[i]);
			for (i = 0; i < list.length; i++) {
				from = sig(list[i]);
				if (from.aborted) {
					s.aborted = true;
					s.reason = from.reason;
					return o;
				}
			}
			s.sources = [];
			for (i = 0; i < list.length; i++) {
				src = sig(list[i]).sources || [list[i]];
				for (j = 0; j < src.length; j++) {
					if (s.sources.indexOf(src[j]) < 0) {
						s.sources.push(src[j]);
						sig(src[j]).dependents.push(o);
					}
				}
			}
			return o;
		}
	}, EventTarget, 0);
	native.value(AbortSignal.abort, 'length', 0, true);
	handlerProperty(AbortSignal.prototype, 'onabort');

	var $C = native.hidden('controller');

	function AbortController() {
		if (new.target === undefined)
			throw new TypeError("AbortController: use 'new'");
		this[$C] = newSignal();
	}
	define(AbortController, {
		get signal() {
			if (!this[$C])
				throw new TypeError('Illegal invocation');
			return this[$C];
		},
		abort(reason) {
			if (!this[$C])
				throw new TypeError('Illegal invocation');
			signalAbort(this[$C], reason);
		}
	}, null, null, 0);
	native.value(AbortController.prototype.abort, 'length', 0, true);
	out.AbortController = AbortController;
	out.isSignal = function (o) {
		return o !== null && typeof o === 'object' &&
		    o[$S] !== undefined;
	};
	out.requireSignal = function (o) { sig(o); };
	out.onAbort = onAbort;
	out.offAbort = offAbort;
	out.newSignal = newSignal;
	out.signalAbort = signalAbort;
	out.throwIfAborted = function (o) {
		if (o !== undefined && o !== null && sig(o).aborted)
			throw sig(o).reason;
	};

	/* --- events of the worker --- */
	var $X = native.hidden('context');

	function context(o) {
		if (!o || !o[$X])
			throw new TypeError('Illegal invocation');
		return o[$X];
	}
	function ExtendableEvent() {
		throw new TypeError('Illegal constructor');
	}
	define(ExtendableEvent, {
		waitUntil(promise) { context(this).ctx.waitUntil(promise); }
	}, null, Event, 1);
	function FetchEvent() {
		throw new TypeError('Illegal constructor');
	}
	define(FetchEvent, {
		get request() { return context(this).request; },
		respondWith(response) {
			var c = context(this);

			if (c.responded)
				throw new DOMException('FetchEvent.respondWith()' +
				    ' has already been called; it can only be ' +
				    'called once.', 'InvalidStateError');
			c.responded = true;
			c.response = native.resolved(response);
			native.markHandled(c.response);
		},
		passThroughOnException() {
			context(this).ctx.passThroughOnException();
		}
	}, null, ExtendableEvent, 1);
	out.hasFetchListener = function () {
		var l = global[$T] && global[$T].fetch;

		return l !== undefined && l.length > 0;
	};
	out.dispatchFetch = function (request, ctx) {
		var e = Object.create(FetchEvent.prototype), c, errors = [];

		if (!out.hasFetchListener())
			throw new Error(
			    'Handler does not export a fetch() function.');
		initEvent(e, 'fetch', undefined, '');
		c = e[$X] = { request: request, ctx: ctx, responded: false,
			response: undefined };
		report = function (error) { errors.push(error); };
		try {
			dispatch(global, e, true);
		} finally {
			report = function (error) { native.report(error); };
		}
		if (errors.length > 0 && !c.responded)
			throw errors[0];
		if (!c.responded)
			throw new Error('No event handler called respondWith().');
		return c.response;
	};
	/* True when a listener called preventDefault(). */
	out.dispatchRejection = function (type, promise, reason) {
		var l = global[$T] && global[$T][type];

		if (l === undefined || l.length === 0)
			return false;
		return !dispatch(global, new PromiseRejectionEvent(type, {
			promise: promise, reason: reason, cancelable: true
		}), true);
	};
	out.reportError = function (error) {
		var l = global[$T] && global[$T].error, message;

		if (l !== undefined && l.length > 0) {
			try {
				message = 'Uncaught ' + String(error);
			} catch (e) {
				message = 'Uncaught';
			}
			if (!dispatch(global, new ErrorEvent('error', {
				error: error, message: message, cancelable: true
			}), true))
				return;
		}
		native.report(error);
	};

	out.globals({
		DOMException: DOMException, Event: Event,
		EventTarget: EventTarget, CustomEvent: CustomEvent,
		MessageEvent: MessageEvent, ErrorEvent: ErrorEvent,
		CloseEvent: CloseEvent,
		PromiseRejectionEvent: PromiseRejectionEvent,
		AbortSignal: AbortSignal, AbortController: AbortController,
		ExtendableEvent: ExtendableEvent, FetchEvent: FetchEvent
	});
	out.functions({
		addEventListener: targetMembers.addEventListener,
		removeEventListener: targetMembers.removeEventListener,
		dispatchEvent: targetMembers.dispatchEvent,
		reportError: native.named(function (error) {
			requireArgs(arguments.length, 1, 'reportError');
			out.reportError(error);
		}, 'reportError')
	});
	/* --- structuredClone's and encodeInto's test --- */
	out.isUint8Array = function (o) {
		return o instanceof Uint8Array;
	};
})
