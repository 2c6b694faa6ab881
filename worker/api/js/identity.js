/*
 * IdentityTransformStream and FixedLengthStream: bytes from hand to hand. A
 * write is done when a read has taken it; the readable side is a byte stream.
 */
(function (native, out) {
	'use strict';
	const st = out.streams;
	const $T = native.hidden('transform');
	const { pending, resolve, reject, rejected } = {
		pending: native.promise, resolve: native.resolve,
		reject: native.reject, rejected: native.rejected
	};
	const addListener = native.global.EventTarget.prototype
	    .addEventListener;

	function done() { return native.resolved(undefined); }

	/* What a chunk counts for the high water mark, at most. */
	function sizeOf(chunk) {
		if (typeof chunk === 'string')
			return chunk.length * 3;
		return st.isObject(chunk) && chunk.byteLength > 0 ?
		    chunk.byteLength : 0;
	}
	function Pipe(limit) {
		this.left = limit;
		this.held = null;   /* a write that nobody has read */
		this.wanted = null; /* a read that waits for a write */
		this.readable = null;
		this.writable = null;
	}
	Pipe.prototype.give = function (bytes) {
		this.readable.controller.enqueue(bytes.buffer, 0,
		    bytes.length, true);
	};
	Pipe.prototype.endWait = function () {
		const p = this.wanted;

		this.wanted = null;
		if (p !== null)
			resolve(p, undefined);
	};
	Pipe.prototype.drop = function (e) {
		const held = this.held;

		this.held = null;
		if (held !== null)
			reject(held.promise, e);
	};
	/* Both sides are in error. */
	Pipe.prototype.fail = function (e) {
		this.readable.controller.error(e);
		this.drop(e);
		this.endWait();
		return rejected(e);
	};
	Pipe.prototype.pull = function () {
		const held = this.held;

		if (held === null) {
			this.wanted = pending();
			return this.wanted;
		}
		this.held = null;
		this.give(held.bytes);
		resolve(held.promise, undefined);
		return done();
	};
	Pipe.prototype.write = function (chunk) {
		const bytes = typeof chunk === 'string' ?
		    native.encode(chunk) : st.isObject(chunk) ?
		        native.copyBytes(chunk) : undefined;

		if (bytes === undefined)
			return this.fail(new TypeError('This TransformStream ' +
			    'is being used as a byte stream, but received an ' +
			    'object of non-ArrayBuffer/ArrayBufferView type ' +
			    'on its writable side.'));
		if (bytes.length === 0)
			return done();
		if (bytes.length > this.left)
			return this.fail(new RangeError('Attempt to write too ' +
			    'many bytes through a FixedLengthStream.'));
		this.left -= bytes.length;
		if (this.wanted !== null) {
			this.give(bytes);
			this.endWait();
			return done();
		}
		this.held = { bytes, promise: pending() };
		return this.held.promise;
	};
	Pipe.prototype.close = function () {
		const c = this.readable.controller;

		if (this.left > 0 && this.left !== Infinity)
			return this.fail(new RangeError('FixedLengthStream ' +
			    'did not see all expected bytes before close().'));
		c.close();
		if (c.intos.length() > 0)
			c.respond(0);
		this.endWait();
		return done();
	};
	Pipe.prototype.abort = function (reason) {
		this.readable.controller.error(reason);
		this.endWait();
		return done();
	};
	Pipe.prototype.cancel = function (reason) {
		this.writable.controller.errorIfNeeded(reason);
		this.drop(reason);
		this.endWait();
		return done();
	};

	function make(o, limit, strategy) {
		const t = new Pipe(limit);
		const hwm = st.highWaterMark(st.strategy(strategy), -1);
		let signal;

		st.attach(o, $T, t);
		t.readable = st.createBytes(() => t.pull(),
		    (reason) => t.cancel(reason));
		t.writable = st.createWritable(st.noop,
		    (chunk) => t.write(chunk), () => t.close(),
		    (reason) => t.abort(reason),
		    hwm < 0 ? 1 : Math.min(hwm, limit),
		    hwm < 0 ? null : sizeOf);
		signal = t.writable.controller.signal;
		native.apply(addListener, signal, ['abort', () => {
			t.readable.controller.error(signal.reason);
			t.drop(signal.reason);
		}]);
		return t;
	}
	function IdentityTransformStream(strategy) {
		if (new.target === undefined)
			throw new TypeError(
			    "IdentityTransformStream: use 'new'");
		make(this, Infinity, strategy);
	}
	out.define(IdentityTransformStream, st.transformSides(), null,
	    native.global.TransformStream, 0);

	function FixedLengthStream(length, strategy) {
		if (new.target === undefined)
			throw new TypeError("FixedLengthStream: use 'new'");
		if (typeof length !== 'number' && typeof length !== 'bigint')
			throw new TypeError('FixedLengthStream requires a ' +
			    'non-negative integer for its length.');
		if (typeof length === 'number' && (!(length >= 0) ||
		    Math.floor(length) !== length) ||
		    !(length >= 0 && Number(length) <= 0xffffffffffffffff) ||
		    typeof length === 'bigint' && BigInt.asUintN(64,
		        length) !== length)
			throw new RangeError('FixedLengthStream requires a ' +
			    'non-negative integer for its length.');
		length = Number(length);
		make(this, length, strategy).readable.length = length;
	}
	out.define(FixedLengthStream, st.transformSides(), null,
	    IdentityTransformStream, 1);
	out.globals({ IdentityTransformStream, FixedLengthStream });
})
