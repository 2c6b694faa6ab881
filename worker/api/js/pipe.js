/*
 * What moves chunks between streams: pipeTo, tee, from, async iteration, by
 * the Streams standard.
 */
(function (native, out) {
	'use strict';
	var st = out.streams;
	var react = native.react, then = native.then;
	var pending = native.promise, resolve = native.resolve;
	var reject = native.reject, resolved = native.resolved;
	var rejected = native.rejected, handled = native.markHandled;
	var noop = st.noop;

	/* --- pipeTo --- */
	st.pipeOptions = function (v) {
		var o = st.dict(v, 'pipe options'), r = {};

		r.preventAbort = !!o.preventAbort;
		r.preventCancel = !!o.preventCancel;
		r.preventClose = !!o.preventClose;
		r.signal = o.signal;
		if (r.signal !== undefined)
			out.requireSignal(r.signal);
		return r;
	};
	function all(actions) {
		var p = pending(), left = actions.length;

		if (left === 0)
			resolve(p, undefined);
		actions.forEach(function (a) {
			react(a(), function () {
				if (--left === 0)
					resolve(p, undefined);
			}, function (e) { reject(p, e); });
		});
		return p;
	}
	/* Who reads it all offers a byte source buffers to fill. */
	var AUTO_CHUNK = 16384;

	function offerBuffers(s) {
		var c = s.controller;

		if (c.isByte && c.size === undefined && s.source === 0)
			c.size = AUTO_CHUNK; /* autoAllocateChunkSize */
	}
	st.pipe = function (source, dest, o) {
		var r = st.acquire(source), w = st.acquireWriter(dest);
		var down = false, lastWrite = resolved(undefined);
		var p = pending(), reading = false, looping = false, e;
		var request = Object.create(null), isAborted = false;

		source.disturbed = true;
		offerBuffers(source);
		function finalize(isError, error) {
			st.writerRelease(w);
			st.release(r);
			if (o.signal !== undefined)
				out.offAbort(o.signal, onAbort);
			if (isError)
				reject(p, error);
			else
				resolve(p, undefined);
		}
		/* Writes that were begun are waited for. */
		function afterWrites(fn) {
			var last = lastWrite;

			react(last, function () {
				if (last !== lastWrite)
					afterWrites(fn);
				else
					fn();
			}, noop);
		}
		function shutdown(action, isError, error) {
			if (down)
				return;
			down = true;
			function act() {
				if (action === null) {
					finalize(isError, error);
					return;
				}
				react(action(), function () {
					finalize(isError, error);
				}, function (e2) { finalize(true, e2); });
			}
			if (dest.state === 'writable' &&
			    !st.closeQueuedOrInFlight(dest))
				afterWrites(act);
			else
				act();
		}
		function onAbort(reason) {
			var actions = [];

			isAborted = true;
			if (!o.preventAbort)
				actions.push(function () {
					return dest.state === 'writable' ?
					    st.writableAbort(dest, reason) :
					    resolved(undefined);
				});
			if (!o.preventCancel)
				actions.push(function () {
					return source.state === 'readable' ?
					    st.readableCancel(source, reason) :
					    resolved(undefined);
				});
			shutdown(function () { return all(actions); }, true,
			    reason);
		}
		function sourceErrored(error) {
			shutdown(o.preventAbort ? null : function () {
				return st.writableAbort(dest, error);
			}, true, error);
		}
		function destErrored(error) {
			shutdown(o.preventCancel ? null : function () {
				return st.readableCancel(source, error);
			}, true, error);
		}
		function sourceClosed() {
			shutdown(o.preventClose ? null : function () {
				if (st.closeQueuedOrInFlight(dest) ||
				    dest.state === 'closed')
					return resolved(undefined);
				if (dest.state === 'errored')
					return rejected(dest.error);
				return st.writableClose(dest);
			}, false, undefined);
		}
		request.chunk = function (chunk) {
			reading = false;
			if (isAborted)
				return; /* nobody would ever take it */
			lastWrite = then(st.writerWrite(w, chunk), noop, noop);
			step();
		};
		/* `reading` stays set: the closed promise does what follows */
		request.close = noop;
		request.error = noop;
		function step() {
			if (looping)
				return;
			looping = true;
			while (!down && !reading) {
				if (!(st.writerDesired(w) > 0)) {
					reading = true;
					react(w.ready, function () {
						reading = false;
						step();
					}, function () { reading = false; });
					break;
				}
				reading = true;
				st.readRequest(r, request);
			}
			looping = false;
		}
		if (o.signal !== undefined) {
			if (o.signal.aborted) {
				onAbort(o.signal.reason);
				return p;
			}
			out.onAbort(o.signal, onAbort);
		}
		if (source.state === 'errored')
			sourceErrored(source.error);
		else
			react(r.closed, noop, sourceErrored);
		if (dest.state === 'errored')
			destErrored(dest.error);
		else
			react(w.closed, noop, destErrored);
		if (source.state === 'closed')
			sourceClosed();
		else
			react(r.closed, sourceClosed, noop);
		if (st.closeQueuedOrInFlight(dest) || dest.state === 'closed') {
			e = new TypeError('the destination has been closed');
			shutdown(o.preventCancel ? null : function () {
				return st.readableCancel(source, e);
			}, true, e);
		}
		step();
		return p;
	};

	/* --- tee --- */
	/*
	 * Each branch reads from one reader. Byte streams: a BYOB request of a
	 * branch is served from what was read, and the second branch gets a copy.
	 * CLONES: so it does of chunks that are values.
	 */
	st.tee = function (s, clones) {
		var t = new Tee(s), isByte = s.controller.isByte;

		function put(i, chunk) {
			var c = t.branches[i].controller;

			if (t.canceled[i])
				return;
			if (isByte)
				c.enqueue(chunk.buffer, chunk.byteOffset,
				    chunk.byteLength);
			else
				c.enqueue(chunk);
		}
		function fail(e) {
			t.branches[0].controller.error(e);
			t.branches[1].controller.error(e);
		}
		function give(chunk) {
			var copy = chunk;

			try {
				if (isByte && !t.canceled[0] && !t.canceled[1])
					copy = native.copyBytes(chunk);
				else if (clones && !t.canceled[1])
					copy = out.structuredClone(chunk,
					    new Map());
			} catch (e) {
				fail(e);
				resolve(t.cancel, st.readableCancel(s, e));
				return;
			}
			put(0, chunk);
			put(1, copy);
		}
		function finish() {
			t.branches.forEach(function (branch, i) {
				var c = branch.controller;

				if (!t.canceled[i])
					c.close();
				if (isByte && c.intos.length() > 0)
					c.respond(0);
			});
			t.over();
		}
		function pull() {
			if (t.reading) {
				t.again = true;
				return resolved(undefined);
			}
			t.reading = true;
			st.readRequest(t.reader, {
				chunk: function (chunk) {
					react(resolved(undefined), function () {
						t.again = false;
						give(chunk);
						t.reading = false;
						if (t.again)
							pull();
					});
				},
				close: function () {
					t.reading = false;
					finish();
				},
				error: function () { t.reading = false; }
			});
			return resolved(undefined);
		}
		t.branches = [0, 1].map(function (i) {
			function cancel(reason) {
				return t.cancelBranch(i, reason);
			}
			return isByte ? st.createBytes(pull, cancel) :
			    st.create(noop, pull, cancel);
		});
		react(t.reader.closed, noop, function (e) {
			fail(e);
			t.over();
		});
		return t.branches;
	};
	function Tee(s) {
		this.stream = s;
		this.reader = st.acquire(s);
		this.reading = false;
		this.again = false;
		this.canceled = [false, false];
		this.reasons = [undefined, undefined];
		this.cancel = pending();
		this.branches = [null, null];
	}
	Tee.prototype = Object.create(null);
	Tee.prototype.cancelBranch = function (i, reason) {
		this.canceled[i] = true;
		this.reasons[i] = reason;
		if (this.canceled[1 - i])
			resolve(this.cancel,
			    st.readableCancel(this.stream, this.reasons));
		return this.cancel;
	};
	/* A branch that nobody cancelled needs no cancelling any more. */
	Tee.prototype.over = function () {
		if (!this.canceled[0] || !this.canceled[1])
			resolve(this.cancel, undefined);
	};

	/* --- ReadableStream.from --- */
	st.from = function (iterable) {
		var method, it, next, isAsync = true, s;

		if (iterable === null || iterable === undefined)
			throw new TypeError('ReadableStream.from: not iterable');
		if (typeof iterable === 'object' &&
		    out.isReadableStream(iterable))
			iterable = iterable.values();
		method = iterable[Symbol.asyncIterator];
		if (method === undefined || method === null) {
			isAsync = false;
			method = iterable[Symbol.iterator];
		}
		if (typeof method !== 'function')
			throw new TypeError('ReadableStream.from: not iterable');
		it = native.apply(method, iterable, []);
		if (!st.isObject(it))
			throw new TypeError(
			    'ReadableStream.from: the iterator is no object');
		next = it.next;
		function result(r) {
			if (!st.isObject(r))
				throw new TypeError('the iterator gave no object');
			if (r.done) {
				s.controller.close();
				return undefined;
			}
			if (isAsync) {
				s.controller.enqueue(r.value);
				return undefined;
			}
			return then(resolved(r.value), function (v) {
				s.controller.enqueue(v);
			}, null);
		}
		s = st.create(noop, function () {
			return then(st.invoke(next, it, []), result, null);
		}, function (reason) {
			var fn;

			try {
				fn = it['return'];
				if (fn === undefined || fn === null)
					return resolved(undefined);
			} catch (e) {
				return rejected(e);
			}
			return then(st.invoke(fn, it, [reason]), function (r) {
				if (!st.isObject(r))
					throw new TypeError(
					    'return() gave no object');
			}, null);
		}, 0);
		return s;
	};

	/* --- async iteration --- */
	var $I = native.hidden('streamIterator');
	var proto = Object.create(out.asyncIteratorPrototype);

	function iterator(o) {
		return st.brand(o, $I, 'ReadableStreamAsyncIterator');
	}
	/* One after the other, whatever the caller does. */
	function chain(o, fn) {
		var it;

		try {
			it = iterator(o);
		} catch (e) {
			return rejected(e);
		}
		function run() { return fn(it); }
		it.ongoing = it.ongoing === null ? run() :
		    then(it.ongoing, run, run);
		return it.ongoing;
	}
	out.members(proto, {
		next() {
			return chain(this, function (it) {
				var q;

				if (it.finished)
					return resolved({ value: undefined,
						done: true });
				q = new st.PromiseRequest();
				q.close = function () {
					st.release(it.reader);
					it.finished = true;
					resolve(q.promise, { value: undefined,
						done: true });
				};
				q.error = function (e) {
					st.release(it.reader);
					it.finished = true;
					reject(q.promise, e);
				};
				st.readRequest(it.reader, q);
				return q.promise;
			});
		},
		'return': function (value) {
			return chain(this, function (it) {
				var p;

				if (it.finished)
					return resolved({ value: value,
						done: true });
				it.finished = true;
				if (it.preventCancel) {
					st.release(it.reader);
					return resolved({ value: value,
						done: true });
				}
				p = st.readableCancel(it.reader.stream, value);
				st.release(it.reader);
				return then(p, function () {
					return { value: value, done: true };
				}, null);
			});
		}
	});
	if (Symbol.asyncIterator && !(Symbol.asyncIterator in proto))
		native.value(proto, Symbol.asyncIterator, native.named(
		    function () { return this; }, '[Symbol.asyncIterator]'));
	st.iterate = function (s, preventCancel) {
		var o = Object.create(proto);

		st.attach(o, $I, { reader: st.acquire(s), ongoing: null,
			finished: false, preventCancel: preventCancel });
		return o;
	};

	/* --- streams over bodies that C holds --- */
	out.sourceStream = function (id, used) {
		var s = st.createBytes(function (c) {
			var r;

			try {
				r = native.sourceRead(id);
			} catch (e) {
				return rejected(e);
			}
			function give(chunk) {
				if (chunk === null)
					finish(c);
				else
					c.enqueue(chunk.buffer, 0,
					    chunk.length, true);
			}
			if (r === null || r instanceof Uint8Array) {
				give(r);
				return resolved(undefined);
			}
			return then(r, give, null);
		}, function () {
			native.sourceCancel(id);
			return resolved(undefined);
		});

		s.source = id;
		if (used)
			spend(s);
		return s.self;
	};
	function finish(c) {
		c.close();
		if (c.intos.length() > 0)
			c.respond(0);
	}
	function spend(s) {
		s.disturbed = true;
		st.readableClose(s);
		if (!st.isLocked(s))
			st.acquire(s);
	}
	out.bytesStream = function (bytes, used) {
		var s = st.createBytes(function (c) {
			c.enqueue(bytes.buffer, bytes.byteOffset,
			    bytes.byteLength);
			finish(c);
			return resolved(undefined);
		}, function () { return resolved(undefined); });

		s.length = bytes.byteLength;
		if (used)
			spend(s);
		else if (bytes.byteLength === 0)
			st.readableClose(s);
		return s.self;
	};
	/* The number of the source behind a stream nobody has read from. */
	out.takeSource = function (o) {
		var s = st.readable(o), id = s.source;

		if (id === 0 || s.disturbed || st.isLocked(s))
			return 0;
		s.disturbed = true;
		st.acquire(s);
		return id;
	};
	out.teeStream = function (o) {
		var pair = st.tee(st.readable(o), true);

		return [pair[0].self, pair[1].self];
	};
	out.proxyStream = function (o) {
		var s = st.readable(o), id = out.takeSource(o), r, p;

		if (id !== 0)
			return out.sourceStream(id, false);
		r = st.acquire(s);
		s.disturbed = true;
		p = st.create(noop, function () {
			var q = pending();

			st.readRequest(r, {
				chunk: function (chunk) {
					p.controller.enqueue(chunk);
					resolve(q, undefined);
				},
				close: function () {
					p.controller.close();
					resolve(q, undefined);
				},
				error: function (e) { reject(q, e); }
			});
			return q;
		}, function (reason) {
			return st.readableCancel(s, reason);
		}, 0);
		p.length = s.length;
		return p.self;
	};
	/* --- streams that move: the old one stays locked --- */
	function sidesOf(o) {
		var t;

		if (!out.isTransformStream(o))
			return [o];
		t = st.transform(o);
		return [t.readable.self, t.writable.self];
	}
	out.streamSides = sidesOf;
	out.isStreamLocked = function (o) {
		return sidesOf(o).some(function (x) { return x.locked; });
	};
	out.shellStream = function (o) {
		if (out.isStreamLocked(o))
			throw new out.DOMException('A locked stream could not ' +
			    'be transferred.', 'DataCloneError');
		return Object.create(out.isReadableStream(o) ?
		    st.ReadableStream.prototype : out.isWritableStream(o) ?
		    st.WritableStream.prototype : st.TransformStream.prototype);
	};
	function writableProxy(o) {
		var w = st.acquireWriter(st.writable(o));

		return st.createWritable(noop, function (chunk) {
			return st.writerWrite(w, chunk);
		}, function () {
			return st.writableClose(w.stream);
		}, function (reason) {
			return st.writableAbort(w.stream, reason);
		}, 1);
	}
	out.moveStream = function (o, shell) {
		var t;

		if (out.isReadableStream(o)) {
			st.adoptReadable(st.readable(out.proxyStream(o)), shell);
		} else if (out.isWritableStream(o)) {
			st.adoptWritable(writableProxy(o), shell);
		} else {
			t = st.transform(o);
			st.adoptTransform(shell,
			    st.readable(out.proxyStream(t.readable.self)),
			    writableProxy(t.writable.self));
		}
	};
	/* A body that is an iterable, and no list or text: its stream. */
	out.iterableBody = function (o) {
		if (typeof o[Symbol.asyncIterator] !== 'function' &&
		    (typeof o[Symbol.iterator] !== 'function' ||
		    o instanceof String || o[Symbol.toPrimitive] !== undefined ||
		    o.toString !== Object.prototype.toString &&
		    o.toString !== Array.prototype.toString))
			return undefined;
		return st.ReadableStream.from(o);
	};
	out.streamLength = function (o) { return st.readable(o).length; };
	out.cancelStream = function (o) {
		var s = st.readable(o);

		if (!st.isLocked(s))
			handled(st.readableCancel(s, undefined));
	};
	/* All bytes of a stream: a promise. */
	out.readAll = function (o) {
		var s = st.readable(o), chunks = [], r, p, id = s.source;

		if (id !== 0 && !s.disturbed && !st.isLocked(s)) {
			spend(s);
			return native.sourceCollect(id);
		}
		r = st.acquire(s);
		offerBuffers(s);
		p = pending();
		function step() {
			st.readRequest(r, request);
		}
		var busy = false, more = false;
		var request = {
			chunk: function (chunk) {
				var b = st.isObject(chunk) ?
				    native.copyBytes(chunk) : undefined;

				if (b === undefined) {
					b = new TypeError('The stream gave a ' +
					    'chunk that is not bytes');
					handled(st.readableCancel(s, b));
					reject(p, b);
					return;
				}
				chunks.push(b);
				more = true;
				if (busy)
					return;
				busy = true;
				while (more) {
					more = false;
					step();
				}
				busy = false;
			},
			close: function () { resolve(p, native.concat(chunks)); },
			error: function (e) { reject(p, e); }
		};
		step();
		return p;
	};
	/* A response body that a script makes, to the sink C reads from. */
	out.pumpToSink = function (o, id) {
		var s = st.readable(o), r = st.acquire(s);
		var busy = false, more = false, left = s.length;

		offerBuffers(s);
		s.disturbed = true;
		function run() {
			more = true;
			if (busy)
				return;
			busy = true;
			while (more) {
				more = false;
				st.readRequest(r, request);
			}
			busy = false;
		}
		function fail(e) {
			native.sinkFail(id, e);
		}
		var request = {
			chunk: function (chunk) {
				var n;

				try {
					if (left !== undefined && left <
					    chunk.byteLength)
						throw new TypeError('The stream ' +
						    'gave more bytes than it ' +
						    'said it would.');
					left -= chunk.byteLength;
					n = native.sinkWrite(id, chunk);
				} catch (e) {
					handled(st.readableCancel(s, e));
					fail(e);
					return;
				}
				if (n > 0)
					run();
				else if (n === 0)
					native.sinkReady(id, run);
				else
					handled(st.readableCancel(s, undefined));
			},
			close: function () {
				if (left > 0)
					fail(new TypeError('The stream gave ' +
					    'fewer bytes than it said it ' +
					    'would.'));
				else
					native.sinkFinish(id);
			},
			error: fail
		};
		run();
	};
	out.cancelPump = function (o) {
		handled(st.readableCancel(st.readable(o), new out.DOMException(
		    'The client has disconnected', 'AbortError')));
	};
})
