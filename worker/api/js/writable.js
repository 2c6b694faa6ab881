/*
 * WritableStream, its writer and its controller, by the Streams standard.
 */
(function (native, out) {
	'use strict';
	var st = out.streams, define = out.define;
	var $W = native.hidden('writable');
	var $D = native.hidden('writer');
	var $C = native.hidden('wcontroller');
	var react = native.react, then = native.then;
	var pending = native.promise, resolve = native.resolve;
	var reject = native.reject, resolved = native.resolved;
	var rejected = native.rejected, handled = native.markHandled;
	var Queue = st.Queue, brand = st.brand, attach = st.attach;
	var CLOSE = {};

	function writable(o) { return brand(o, $W, 'WritableStream'); }
	function newWritable(o) {
		return attach(o, $W, { state: 'writable', error: undefined,
			writer: null, controller: null, requests: new Queue(),
			inFlight: null, closeRequest: null, closing: null,
			abort: null, backpressure: false });
	}
	function isLocked(s) { return s.writer !== null; }
	function closeQueuedOrInFlight(s) {
		return s.closeRequest !== null || s.closing !== null;
	}
	st.writable = writable;
	st.isWriterLocked = isLocked;
	st.closeQueuedOrInFlight = closeQueuedOrInFlight;

	function abort(s, reason) {
		var p, was = false;

		if (s.state === 'closed' || s.state === 'errored')
			return resolved(undefined);
		out.signalAbort(s.controller.signal, reason);
		if (s.state === 'closed' || s.state === 'errored')
			return resolved(undefined);
		if (s.abort !== null)
			return s.abort.promise;
		if (s.state === 'erroring') {
			was = true;
			reason = undefined;
		}
		p = pending();
		s.abort = { promise: p, reason: reason, was: was };
		if (!was)
			startErroring(s, reason);
		return p;
	}
	function close(s) {
		var p, w = s.writer;

		if (s.state === 'closed' || s.state === 'errored')
			return rejected(new TypeError(
			    'This WritableStream has been closed.'));
		p = pending();
		s.closeRequest = p;
		if (w !== null && s.backpressure && s.state === 'writable')
			resolve(w.ready, undefined);
		st.enqueueSized(s.controller, CLOSE, 0);
		advance(s.controller);
		return p;
	}
	st.writableAbort = abort;
	st.writableClose = close;

	function dealWithRejection(s, e) {
		if (s.state === 'writable')
			startErroring(s, e);
		else
			finishErroring(s);
	}
	function startErroring(s, reason) {
		var w = s.writer;

		s.state = 'erroring';
		s.error = reason;
		if (w !== null)
			rejectReady(w, reason);
		if (s.inFlight === null && s.closing === null &&
		    s.controller.started)
			finishErroring(s);
	}
	function finishErroring(s) {
		var e, a, p;

		s.state = 'errored';
		st.resetQueue(s.controller);
		e = s.error;
		while (s.requests.length() > 0)
			reject(s.requests.shift(), e);
		if (s.abort === null) {
			rejectClose(s);
			return;
		}
		a = s.abort;
		s.abort = null;
		if (a.was) {
			reject(a.promise, e);
			rejectClose(s);
			return;
		}
		p = s.controller.abort(a.reason);
		s.controller.clear();
		react(p, function () {
			resolve(a.promise, undefined);
			rejectClose(s);
		}, function (r) {
			reject(a.promise, r);
			rejectClose(s);
		});
	}
	function rejectClose(s) {
		var w = s.writer;

		if (s.closeRequest !== null) {
			reject(s.closeRequest, s.error);
			s.closeRequest = null;
		}
		if (w !== null) {
			reject(w.closed, s.error);
			handled(w.closed);
		}
	}
	function updateBackpressure(s, on) {
		var w = s.writer;

		if (w !== null && on !== s.backpressure) {
			if (on)
				w.ready = pending();
			else
				resolve(w.ready, undefined);
		}
		s.backpressure = on;
	}
	function rejectReady(w, e) {
		if (native.promiseState(w.ready)[0] === 0)
			reject(w.ready, e);
		else
			w.ready = rejected(e);
		handled(w.ready);
	}
	function rejectClosed(w, e) {
		if (native.promiseState(w.closed)[0] === 0)
			reject(w.closed, e);
		else
			w.closed = rejected(e);
		handled(w.closed);
	}

	/* --- the controller --- */
	function Controller() {
		this.stream = null;
		this.queue = new Queue();
		this.total = 0;
		this.started = false;
		this.size = null;
		this.hwm = 0;
		this.write = null;
		this.close = null;
		this.abort = null;
		this.signal = out.newSignal();
		this.self = null;
	}
	var CP = Controller.prototype = Object.create(null);

	CP.clear = function () {
		this.write = null;
		this.close = null;
		this.abort = null;
		this.size = null;
	};
	CP.desired = function () { return this.hwm - this.total; };
	CP.error = function (e) {
		this.clear();
		startErroring(this.stream, e);
	};
	CP.errorIfNeeded = function (e) {
		if (this.stream.state === 'writable')
			this.error(e);
	};
	CP.chunkSize = function (chunk) {
		if (this.size === null)
			return 1;
		try {
			return (0, this.size)(chunk);
		} catch (e) {
			this.errorIfNeeded(e);
			return 1;
		}
	};
	CP.put = function (chunk, size) {
		var s = this.stream;

		try {
			st.enqueueSized(this, chunk, size);
		} catch (e) {
			this.errorIfNeeded(e);
			return;
		}
		if (!closeQueuedOrInFlight(s) && s.state === 'writable')
			updateBackpressure(s, this.desired() <= 0);
		advance(this);
	};
	function advance(c) {
		var s = c.stream;

		if (!c.started || s.inFlight !== null)
			return;
		if (s.state === 'erroring') {
			finishErroring(s);
			return;
		}
		if (c.queue.length() === 0)
			return;
		if (c.queue.peek().value === CLOSE)
			processClose(c);
		else
			processWrite(c, c.queue.peek().value);
	}
	function processClose(c) {
		var s = c.stream, p;

		s.closing = s.closeRequest;
		s.closeRequest = null;
		st.dequeue(c);
		p = c.close();
		c.clear();
		react(p, function () {
			var w = s.writer;

			resolve(s.closing, undefined);
			s.closing = null;
			if (s.state === 'erroring') {
				s.error = undefined;
				if (s.abort !== null) {
					resolve(s.abort.promise, undefined);
					s.abort = null;
				}
			}
			s.state = 'closed';
			if (w !== null)
				resolve(w.closed, undefined);
		}, function (e) {
			reject(s.closing, e);
			s.closing = null;
			if (s.abort !== null) {
				reject(s.abort.promise, e);
				s.abort = null;
			}
			dealWithRejection(s, e);
		});
	}
	function processWrite(c, chunk) {
		var s = c.stream;

		s.inFlight = s.requests.shift();
		react(c.write(chunk), function () {
			resolve(s.inFlight, undefined);
			s.inFlight = null;
			st.dequeue(c);
			if (!closeQueuedOrInFlight(s) && s.state === 'writable')
				updateBackpressure(s, c.desired() <= 0);
			advance(c);
		}, function (e) {
			if (s.state === 'writable')
				c.clear();
			reject(s.inFlight, e);
			s.inFlight = null;
			dealWithRejection(s, e);
		});
	}
	function setUp(s, c, start, write, closeAlg, abortAlg, hwm, size) {
		c.stream = s;
		s.controller = c;
		c.size = size;
		c.hwm = hwm;
		c.write = write;
		c.close = closeAlg;
		c.abort = abortAlg;
		updateBackpressure(s, c.desired() <= 0);
		react(resolved(start()), function () {
			c.started = true;
			advance(c);
		}, function (e) {
			c.started = true;
			dealWithRejection(s, e);
		});
	}
	function WritableStreamDefaultController() {
		throw new TypeError('Illegal constructor');
	}
	function controller(o) {
		return brand(o, $C, 'WritableStreamDefaultController');
	}
	define(WritableStreamDefaultController, {
		get signal() { return controller(this).signal; },
		error(e) {
			var c = controller(this);

			if (c.stream.state === 'writable')
				c.error(e);
		}
	}, null, null, 0);
	native.value(WritableStreamDefaultController.prototype.error, 'length',
	    0, true);

	/* --- the writer --- */
	function initWriter(o, s) {
		var w;

		if (isLocked(s))
			throw new TypeError('This WritableStream is currently ' +
			    'locked to a writer.');
		w = attach(o, $D, { stream: s, closed: null, ready: null });
		s.writer = w;
		if (s.state === 'writable') {
			w.ready = !closeQueuedOrInFlight(s) && s.backpressure ?
			    pending() : resolved(undefined);
			w.closed = pending();
		} else if (s.state === 'erroring') {
			w.ready = rejected(s.error);
			handled(w.ready);
			w.closed = pending();
		} else if (s.state === 'closed') {
			w.ready = resolved(undefined);
			w.closed = resolved(undefined);
		} else {
			w.ready = rejected(s.error);
			handled(w.ready);
			w.closed = rejected(s.error);
			handled(w.closed);
		}
		return w;
	}
	st.acquireWriter = function (s) { return initWriter({}, s); };
	function writerWrite(w, chunk) {
		var s = w.stream, c = s.controller, size = c.chunkSize(chunk), p;

		if (s !== w.stream)
			return rejected(releasedError());
		if (s.state === 'errored')
			return rejected(s.error);
		if (closeQueuedOrInFlight(s) || s.state === 'closed')
			return rejected(new TypeError(
			    'This WritableStream has been closed.'));
		if (s.state === 'erroring')
			return rejected(s.error);
		p = pending();
		s.requests.push(p);
		c.put(chunk, size);
		return p;
	}
	function writerRelease(w) {
		var s = w.stream, e = releasedError();

		rejectReady(w, e);
		rejectClosed(w, e);
		s.writer = null;
		w.stream = null;
	}
	function writerDesired(w) {
		var s = w.stream;

		if (s.state === 'errored' || s.state === 'erroring')
			return null;
		return s.state === 'closed' ? 0 : s.controller.desired();
	}
	function releasedError() {
		return new TypeError('This WritableStream writer has been ' +
		    'released.');
	}
	st.writerWrite = writerWrite;
	st.writerRelease = writerRelease;
	st.writerDesired = writerDesired;
	function writer(o) { return brand(o, $D, 'WritableStreamDefaultWriter'); }
	function WritableStreamDefaultWriter(stream) {
		if (new.target === undefined)
			throw new TypeError(
			    "WritableStreamDefaultWriter: use 'new'");
		initWriter(this, writable(stream));
	}
	/* What a promise-returning method does with a throw. */
	function promised(self, fn) {
		var w;

		try {
			w = writer(self);
		} catch (e) {
			return rejected(e);
		}
		return fn(w);
	}
	define(WritableStreamDefaultWriter, {
		get closed() {
			return promised(this, function (w) { return w.closed; });
		},
		get ready() {
			return promised(this, function (w) { return w.ready; });
		},
		get desiredSize() {
			var w = writer(this);

			if (w.stream === null)
				throw releasedError();
			return writerDesired(w);
		},
		abort(reason) {
			return promised(this, function (w) {
				return w.stream === null ?
				    rejected(releasedError()) :
				    abort(w.stream, reason);
			});
		},
		close() {
			return promised(this, function (w) {
				if (w.stream === null)
					return rejected(releasedError());
				if (closeQueuedOrInFlight(w.stream))
					return rejected(new TypeError(
					    'This WritableStream is closing.'));
				return close(w.stream);
			});
		},
		releaseLock() {
			var w = writer(this);

			if (w.stream !== null)
				writerRelease(w);
		},
		write(chunk) {
			return promised(this, function (w) {
				return w.stream === null ?
				    rejected(releasedError()) :
				    writerWrite(w, chunk);
			});
		}
	}, null, null, 1);
	native.value(WritableStreamDefaultWriter.prototype.abort, 'length', 0,
	    true);
	native.value(WritableStreamDefaultWriter.prototype.write, 'length', 0,
	    true);

	/* --- WritableStream --- */
	function WritableStream(sink, strategy) {
		var strat, s, c, o, start, write, closeFn, abortFn;

		if (new.target === undefined)
			throw new TypeError("WritableStream: use 'new'");
		if (sink === undefined)
			sink = null;
		else if (!st.isObject(sink))
			throw new TypeError('WritableStream constructor: the ' +
			    'underlying sink must be an object');
		strat = st.strategy(strategy);
		if (sink !== null) {
			abortFn = st.callback(sink, 'abort', 'sink');
			closeFn = st.callback(sink, 'close', 'sink');
			start = st.callback(sink, 'start', 'sink');
			if (sink.type !== undefined)
				throw new RangeError('WritableStream ' +
				    'constructor: type is reserved');
			write = st.callback(sink, 'write', 'sink');
		}
		s = newWritable(this);
		c = new Controller();
		o = Object.create(WritableStreamDefaultController.prototype);
		attach(o, $C, c);
		setUp(s, c, function () {
			return start === undefined ? undefined :
			    native.apply(start, sink, [o]);
		}, write === undefined ? function () {
			return resolved(undefined);
		} : function (chunk) {
			return st.invoke(write, sink, [chunk, o]);
		}, st.algorithm(closeFn, sink, []),
		    st.algorithm(abortFn, sink, undefined),
		    st.highWaterMark(strat, 1), st.sizeAlgorithm(strat));
	}
	st.createWritable = function (start, write, closeAlg, abortAlg, hwm,
	    size) {
		var o = Object.create(WritableStream.prototype);
		var s = newWritable(o), c = new Controller();

		attach(Object.create(WritableStreamDefaultController.prototype),
		    $C, c);
		setUp(s, c, start, write, closeAlg, abortAlg, hwm,
		    size || function () { return 1; });
		return s;
	};
	function method(self, fn) {
		var s;

		try {
			s = writable(self);
		} catch (e) {
			return rejected(e);
		}
		if (isLocked(s))
			return rejected(new TypeError('This WritableStream is ' +
			    'currently locked to a writer.'));
		return fn(s);
	}
	define(WritableStream, {
		get locked() { return isLocked(writable(this)); },
		abort(reason) {
			return method(this, function (s) {
				return abort(s, reason);
			});
		},
		close() {
			return method(this, function (s) {
				if (closeQueuedOrInFlight(s))
					return rejected(new TypeError(
					    'This WritableStream is closing.'));
				return close(s);
			});
		},
		getWriter() {
			return new WritableStreamDefaultWriter(this);
		}
	}, null, null, 0);
	native.value(WritableStream.prototype.abort, 'length', 0, true);
	st.WritableStream = WritableStream;
	st.adoptWritable = function (s, o) { attach(o, $W, s); };
	out.isWritableStream = function (o) {
		return st.isObject(o) && o[$W] !== undefined;
	};
	out.globals({
		WritableStream: WritableStream,
		WritableStreamDefaultWriter: WritableStreamDefaultWriter,
		WritableStreamDefaultController:
		    WritableStreamDefaultController
	});
})
