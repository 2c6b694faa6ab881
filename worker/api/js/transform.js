/*
 * TransformStream by the Streams standard, and the transforms made of it.
 */
(function (native, out) {
	'use strict';
	var st = out.streams, define = out.define;
	var $T = native.hidden('transform');
	var $C = native.hidden('tcontroller');
	var react = native.react, then = native.then;
	var pending = native.promise, resolve = native.resolve;
	var reject = native.reject, resolved = native.resolved;
	var rejected = native.rejected;
	var brand = st.brand, attach = st.attach;

	function transform(o) { return brand(o, $T, 'TransformStream'); }
	function controller(o) {
		return brand(o, $C, 'TransformStreamDefaultController');
	}

	function error(t, e) {
		t.readable.controller.error(e);
		errorWritable(t, e);
	}
	function errorWritable(t, e) {
		clear(t.controller);
		t.writable.controller.errorIfNeeded(e);
		unblock(t);
	}
	function unblock(t) {
		if (t.backpressure)
			setBackpressure(t, false);
	}
	function setBackpressure(t, on) {
		if (t.change !== null)
			resolve(t.change, undefined);
		t.change = pending();
		t.backpressure = on;
	}
	function clear(c) {
		c.transform = null;
		c.flush = null;
		c.cancel = null;
	}
	function enqueue(t, chunk) {
		var rc = t.readable.controller, on;

		if (!rc.canEnqueue())
			throw new TypeError('The readable side is not in a ' +
			    'state that permits enqueue');
		try {
			rc.enqueue(chunk);
		} catch (e) {
			errorWritable(t, e);
			throw t.readable.error;
		}
		on = !rc.shouldPull();
		if (on !== t.backpressure)
			setBackpressure(t, true);
	}
	function terminate(t) {
		var rc = t.readable.controller;

		if (rc.canEnqueue())
			rc.close();
		errorWritable(t, new TypeError('TransformStream terminated'));
	}
	function perform(t, chunk) {
		return then(t.controller.transform(chunk), null, function (e) {
			error(t, e);
			throw e;
		});
	}
	function sinkWrite(t, chunk) {
		var w = t.writable;

		if (!t.backpressure)
			return perform(t, chunk);
		return then(t.change, function () {
			if (w.state === 'erroring')
				throw w.error;
			return perform(t, chunk);
		}, null);
	}
	function sinkAbort(t, reason) {
		var c = t.controller, r = t.readable, p;

		if (c.finish !== null)
			return c.finish;
		c.finish = pending();
		p = c.cancel(reason);
		clear(c);
		react(p, function () {
			if (r.state === 'errored') {
				reject(c.finish, r.error);
			} else {
				r.controller.error(reason);
				resolve(c.finish, undefined);
			}
		}, function (e) {
			r.controller.error(e);
			reject(c.finish, e);
		});
		return c.finish;
	}
	function sinkClose(t) {
		var c = t.controller, r = t.readable, p;

		if (c.finish !== null)
			return c.finish;
		c.finish = pending();
		p = c.flush();
		clear(c);
		react(p, function () {
			if (r.state === 'errored') {
				reject(c.finish, r.error);
			} else {
				if (r.controller.canEnqueue())
					r.controller.close();
				resolve(c.finish, undefined);
			}
		}, function (e) {
			r.controller.error(e);
			reject(c.finish, e);
		});
		return c.finish;
	}
	function sourcePull(t) {
		setBackpressure(t, false);
		return t.change;
	}
	function sourceCancel(t, reason) {
		var c = t.controller, w = t.writable, p;

		if (c.finish !== null)
			return c.finish;
		c.finish = pending();
		p = c.cancel(reason);
		clear(c);
		react(p, function () {
			if (w.state === 'errored') {
				reject(c.finish, w.error);
			} else {
				w.controller.errorIfNeeded(reason);
				unblock(t);
				resolve(c.finish, undefined);
			}
		}, function (e) {
			w.controller.errorIfNeeded(e);
			unblock(t);
			reject(c.finish, e);
		});
		return c.finish;
	}

	/* Make both sides; the controller comes after. */
	function init(t, start, wHwm, wSize, rHwm, rSize) {
		t.writable = st.createWritable(function () { return start; },
		    function (chunk) { return sinkWrite(t, chunk); },
		    function () { return sinkClose(t); },
		    function (reason) { return sinkAbort(t, reason); },
		    wHwm, wSize);
		t.readable = st.create(function () { return start; },
		    function () { return sourcePull(t); },
		    function (reason) { return sourceCancel(t, reason); },
		    rHwm, rSize);
		t.backpressure = undefined;
		t.change = null;
		setBackpressure(t, true);
	}
	function TransformStreamDefaultController() {
		throw new TypeError('Illegal constructor');
	}
	define(TransformStreamDefaultController, {
		get desiredSize() {
			return controller(this).stream.readable.controller
			    .desired();
		},
		enqueue(chunk) { enqueue(controller(this).stream, chunk); },
		error(e) { error(controller(this).stream, e); },
		terminate() { terminate(controller(this).stream); }
	}, null, null, 0);
	native.value(TransformStreamDefaultController.prototype.enqueue,
	    'length', 0, true);
	native.value(TransformStreamDefaultController.prototype.error,
	    'length', 0, true);

	function newController(t) {
		var o = Object.create(
		    TransformStreamDefaultController.prototype);

		t.controller = attach(o, $C, { stream: t, transform: null,
			flush: null, cancel: null, finish: null });
		return o;
	}
	function done() { return resolved(undefined); }

	function TransformStream(transformer, writableStrategy,
	    readableStrategy) {
		var w, r, t, o, p, fns = {};

		if (new.target === undefined)
			throw new TypeError("TransformStream: use 'new'");
		if (transformer === undefined)
			transformer = null;
		else if (!st.isObject(transformer))
			throw new TypeError('TransformStream constructor: the ' +
			    'transformer must be an object');
		w = st.strategy(writableStrategy);
		r = st.strategy(readableStrategy);
		if (transformer !== null) {
			fns.cancel = st.callback(transformer, 'cancel',
			    'transformer');
			fns.flush = st.callback(transformer, 'flush',
			    'transformer');
			if (transformer.readableType !== undefined)
				throw new RangeError('readableType is reserved');
			fns.start = st.callback(transformer, 'start',
			    'transformer');
			fns.transform = st.callback(transformer, 'transform',
			    'transformer');
			if (transformer.writableType !== undefined)
				throw new RangeError('writableType is reserved');
		}
		t = attach(this, $T, {});
		p = pending();
		var rHwm = st.highWaterMark(r, 0), rSize = st.sizeAlgorithm(r);
		var wHwm = st.highWaterMark(w, 1), wSize = st.sizeAlgorithm(w);

		init(t, p, wHwm, wSize, rHwm, rSize);
		if (transformer !== null &&
		    transformer.expectedLength !== undefined)
			t.readable.length = st.expectedLength(transformer);
		o = newController(t);
		t.controller.transform = fns.transform === undefined ?
		    function (chunk) {
			try {
				enqueue(t, chunk);
				return done();
			} catch (e) {
				return rejected(e);
			}
		} : function (chunk) {
			return st.invoke(fns.transform, transformer,
			    [chunk, o]);
		};
		t.controller.flush = st.algorithm(fns.flush, transformer, [o]);
		t.controller.cancel = st.algorithm(fns.cancel, transformer,
		    undefined);
		resolve(p, fns.start === undefined ? undefined :
		    native.apply(fns.start, transformer, [o]));
	}
	define(TransformStream, {
		get readable() { return transform(this).readable.self; },
		get writable() { return transform(this).writable.self; }
	}, null, null, 0);

	st.TransformStream = TransformStream;
	st.adoptTransform = function (o, readable, writable) {
		attach(o, $T, { readable: readable, writable: writable });
	};
	out.isTransformStream = function (o) {
		return st.isObject(o) && o[$T] !== undefined;
	};

	/*
	 * A transform of ours behind the object O: step(chunk) and last() call
	 * give() with what comes out. HWM and SIZE are of the readable side.
	 */
	function setUp(o, step, last, hwm, size) {
		var t = attach(o, $T, {});

		init(t, resolved(undefined), 1, null, hwm || 0, size || null);
		newController(t);
		function guarded(fn) {
			return function (chunk) {
				try {
					fn(chunk);
					return done();
				} catch (e) {
					return rejected(e);
				}
			};
		}
		t.controller.transform = guarded(step);
		t.controller.flush = guarded(last || st.noop);
		t.controller.cancel = done;
		return t;
	}
	st.setUpTransform = setUp;
	st.transformEnqueue = enqueue;
	st.transform = transform;
	function sides(name) {
		return {
			get readable() { return transform(this).readable.self; },
			get writable() { return transform(this).writable.self; }
		};
	}
	st.transformSides = sides;
	function requireBytes(chunk) {
		var b = st.isObject(chunk) ? native.copyBytes(chunk) : undefined;

		if (b === undefined)
			throw new TypeError('This TransformStream is being ' +
			    'used as a byte stream, but received an object ' +
			    'of non-ArrayBuffer/ArrayBufferView type on its ' +
			    'writable side.');
		return b;
	}
	st.requireBytes = requireBytes;

	/* --- text --- */
	var Encoder = native.global.TextEncoder;
	var Decoder = native.global.TextDecoder;
	var decode = Decoder.prototype.decode;
	var $N = native.hidden('coder');

	function TextEncoderStream() {
		var lead = '', t;

		if (new.target === undefined)
			throw new TypeError("TextEncoderStream: use 'new'");
		this[$N] = true;
		t = setUp(this, function (chunk) {
			var s = lead + String(chunk), c;

			lead = '';
			c = s.charCodeAt(s.length - 1);
			if (c >= 0xd800 && c <= 0xdbff) {
				lead = s.charAt(s.length - 1);
				s = s.slice(0, -1);
			}
			if (s !== '')
				enqueue(t, native.encode(s));
		}, function () {
			if (lead !== '')
				enqueue(t, native.encode(lead));
		});
	}
	define(TextEncoderStream, out.merge(sides(), {
		get encoding() {
			transform(this);
			return 'utf-8';
		}
	}), null, null, 0);

	function TextDecoderStream(label, options) {
		var d, t;

		if (new.target === undefined)
			throw new TypeError("TextDecoderStream: use 'new'");
		d = new Decoder(label, options);
		this[$N] = d;
		t = setUp(this, function (chunk) {
			var s = native.apply(decode, d, [chunk,
				{ stream: true }]);

			if (s !== '')
				enqueue(t, s);
		}, function () {
			var s = native.apply(decode, d, []);

			if (s !== '')
				enqueue(t, s);
		});
	}
	define(TextDecoderStream, out.merge(sides(), {
		get encoding() {
			transform(this);
			return this[$N].encoding;
		},
		get fatal() {
			transform(this);
			return this[$N].fatal;
		},
		get ignoreBOM() {
			transform(this);
			return this[$N].ignoreBOM;
		}
	}), null, null, 0);

	out.globals({
		TransformStream: TransformStream,
		TransformStreamDefaultController:
		    TransformStreamDefaultController,
		TextEncoderStream: TextEncoderStream,
		TextDecoderStream: TextDecoderStream
	});
})
