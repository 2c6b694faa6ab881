/*
 * ReadableStream, its default controller and its readers, by the Streams
 * standard; names of its abstract operations are kept, shortened.
 *
 * Public objects hold a record under a hidden key; everything inside works on
 * records, so a script that replaces a prototype's method changes nothing.
 */
(function (native, out) {
	'use strict';
	var define = out.define;
	var $R = native.hidden('readable');
	var $D = native.hidden('reader');
	var $C = native.hidden('rcontroller');
	var st = out.streams = {};
	var react = native.react, then = native.then;
	var pending = native.promise, resolve = native.resolve;
	var reject = native.reject, resolved = native.resolved;
	var rejected = native.rejected, handled = native.markHandled;

	/* --- helpers shared with the other stream scripts --- */
	function brand(o, key, what) {
		var s = o !== null && (typeof o === 'object' ||
		    typeof o === 'function') ? o[key] : undefined;

		if (s === undefined || s.self !== o)
			throw new TypeError('Illegal invocation: not a ' +
			    what);
		return s;
	}
	function attach(o, key, record) {
		record.self = o;
		native.value(o, key, record);
		return record;
	}
	function isObject(v) {
		return (typeof v === 'object' && v !== null) ||
		    typeof v === 'function';
	}
	function dict(v, what) {
		if (v === undefined || v === null)
			return {};
		if (!isObject(v))
			throw new TypeError(what + ' must be an object');
		return v;
	}
	function callback(o, name, what) {
		var fn = o[name];

		if (fn === undefined)
			return undefined;
		if (typeof fn !== 'function')
			throw new TypeError(what + '.' + name +
			    ' must be a function');
		return fn;
	}
	/* Call a user's callback; always a promise. */
	function invoke(fn, self, args) {
		try {
			return resolved(native.apply(fn, self, args));
		} catch (e) {
			return rejected(e);
		}
	}
	function illegal() {
		throw new TypeError('Illegal constructor');
	}
	function need(n, count, what) {
		if (n < count)
			throw new TypeError(what + ': ' + count + ' argument' +
			    (count === 1 ? '' : 's') + ' required, but only ' +
			    n + ' present.');
	}
	st.brand = brand;
	st.attach = attach;
	st.isObject = isObject;
	st.dict = dict;
	st.callback = callback;
	st.invoke = invoke;
	st.need = need;
	st.noop = function () { };

	/* A first-in-first-out list whose shift costs no copying. */
	function Queue() {
		this.items = [];
		this.head = 0;
	}
	Queue.prototype = Object.create(null);
	Queue.prototype.push = function (v) {
		this.items[this.items.length] = v;
	};
	Queue.prototype.shift = function () {
		var v = this.items[this.head];

		this.items[this.head++] = undefined;
		if (this.head === this.items.length) {
			this.items = [];
			this.head = 0;
		} else if (this.head > 256) {
			this.items = this.items.slice(this.head);
			this.head = 0;
		}
		return v;
	};
	Queue.prototype.peek = function () { return this.items[this.head]; };
	Queue.prototype.length = function () {
		return this.items.length - this.head;
	};
	st.Queue = Queue;

	/* --- queues with sizes, strategies --- */
	function enqueueSized(c, value, size) {
		if (typeof size !== 'number' || !(size >= 0) ||
		    size === Infinity)
			throw new RangeError('The chunk size must be a ' +
			    'non-negative, finite number');
		c.queue.push({ value: value, size: size });
		c.total += size;
	}
	function dequeue(c) {
		var e = c.queue.shift();

		c.total -= e.size;
		if (c.total < 0)
			c.total = 0;
		return e.value;
	}
	function resetQueue(c) {
		c.queue = new Queue();
		c.total = 0;
	}
	st.enqueueSized = enqueueSized;
	st.dequeue = dequeue;
	st.resetQueue = resetQueue;

	function one() { return 1; }
	/* { hwm, size } of a QueuingStrategy */
	st.strategy = function (v) {
		var s = dict(v, 'The queuing strategy'), r = {}, h;

		h = s.highWaterMark;
		if (h !== undefined)
			r.hwm = Number(h);
		h = s.size;
		if (h !== undefined && typeof h !== 'function')
			throw new TypeError(
			    'The strategy\'s size must be a function');
		r.size = h;
		return r;
	};
	st.expectedLength = function (source) {
		var n = Number(source.expectedLength);

		if (!(n >= 0) || Math.floor(n) !== n)
			throw new TypeError('expectedLength must be a ' +
			    'non-negative integer');
		return n;
	};
	st.highWaterMark = function (s, dflt) {
		if (s.hwm === undefined)
			return dflt;
		if (s.hwm !== s.hwm || s.hwm < 0)
			throw new RangeError('Invalid highWaterMark');
		return s.hwm;
	};
	st.sizeAlgorithm = function (s) {
		var size = s.size;

		if (size === undefined)
			return one;
		return function (chunk) {
			return Number((0, size)(chunk));
		};
	};

	/* --- the stream --- */
	function newReadable(o) {
		return attach(o, $R, { state: 'readable', reader: null,
			error: undefined, disturbed: false, controller: null,
			source: 0, length: undefined });
	}
	function readable(o) { return brand(o, $R, 'ReadableStream'); }
	function isLocked(s) { return s.reader !== null; }

	function readableCancel(s, reason) {
		var r = s.reader, list, i, p;

		s.disturbed = true;
		if (s.state === 'closed')
			return resolved(undefined);
		if (s.state === 'errored')
			return rejected(s.error);
		readableClose(s);
		if (r !== null && r.byob) {
			list = r.requests;
			r.requests = new Queue();
			while (list.length() > 0)
				list.shift().close(undefined);
		}
		p = s.controller.cancelSteps(reason);
		return then(p, function () { return undefined; }, null);
	}
	function readableClose(s) {
		var r = s.reader, list;

		s.state = 'closed';
		if (r === null)
			return;
		resolve(r.closed, undefined);
		if (!r.byob) {
			list = r.requests;
			r.requests = new Queue();
			while (list.length() > 0)
				list.shift().close();
		}
	}
	function readableError(s, e) {
		var r = s.reader;

		s.state = 'errored';
		s.error = e;
		if (r === null)
			return;
		reject(r.closed, e);
		handled(r.closed);
		errorRequests(r, e);
	}
	function errorRequests(r, e) {
		var list = r.requests;

		r.requests = new Queue();
		while (list.length() > 0)
			list.shift().error(e);
	}
	st.readable = readable;
	st.newReadable = newReadable;
	st.isLocked = isLocked;
	st.readableCancel = readableCancel;
	st.readableClose = readableClose;
	st.readableError = readableError;

	/* --- readers --- */
	function initReader(o, s, byob) {
		var r;

		if (isLocked(s))
			throw new TypeError('This ReadableStream is currently ' +
			    'locked to a reader.');
		if (byob && !(s.controller && s.controller.isByte))
			throw new TypeError('This ReadableStream does not ' +
			    'support BYOB reads.');
		r = attach(o, $D, { stream: s, byob: byob,
			requests: new Queue(), closed: null });
		s.reader = r;
		if (s.state === 'readable') {
			r.closed = pending();
		} else if (s.state === 'closed') {
			r.closed = resolved(undefined);
		} else {
			r.closed = rejected(s.error);
			handled(r.closed);
		}
		return r;
	}
	/* A reader that scripts never see. */
	function acquire(s) {
		return initReader({}, s, false);
	}
	function release(r) {
		var s = r.stream, e;

		if (s === null)
			return;
		e = new TypeError('This ReadableStream reader has been ' +
		    'released.');
		if (s.state === 'readable')
			reject(r.closed, e);
		else
			r.closed = rejected(e);
		handled(r.closed);
		s.controller.releaseSteps();
		s.reader = null;
		r.stream = null;
		errorRequests(r, e);
	}
	function readRequest(r, request) {
		var s = r.stream;

		s.disturbed = true;
		if (s.state === 'closed')
			request.close();
		else if (s.state === 'errored')
			request.error(s.error);
		else
			s.controller.pullSteps(request);
	}
	st.acquire = acquire;
	st.release = release;
	st.readRequest = readRequest;

	/* Requests whose answer goes to a promise. */
	function PromiseRequest() {
		this.promise = pending();
	}
	PromiseRequest.prototype = Object.create(null);
	PromiseRequest.prototype.chunk = function (chunk) {
		resolve(this.promise, { value: chunk, done: false });
	};
	PromiseRequest.prototype.close = function (chunk) {
		resolve(this.promise, { value: chunk, done: true });
	};
	PromiseRequest.prototype.error = function (e) {
		reject(this.promise, e);
	};
	st.PromiseRequest = PromiseRequest;

	function reader(o, byob) {
		var r = brand(o, $D, byob ? 'ReadableStreamBYOBReader' :
		    'ReadableStreamDefaultReader');

		if (r.byob !== byob)
			throw new TypeError('Illegal invocation');
		return r;
	}
	st.reader = reader;
	function released() {
		return new TypeError('This ReadableStream reader has been ' +
		    'released.');
	}
	st.released = released;
	/* closed, cancel: what both readers have */
	st.readerMembers = function (byob) {
		return {
			get closed() {
				try {
					return reader(this, byob).closed;
				} catch (e) {
					return rejected(e);
				}
			},
			cancel(reason) {
				var r;

				try {
					r = reader(this, byob);
				} catch (e) {
					return rejected(e);
				}
				if (r.stream === null)
					return rejected(released());
				return readableCancel(r.stream, reason);
			},
			releaseLock() {
				release(reader(this, byob));
			}
		};
	};

	function ReadableStreamDefaultReader(stream) {
		if (new.target === undefined)
			throw new TypeError(
			    "ReadableStreamDefaultReader: use 'new'");
		initReader(this, readable(stream), false);
	}
	define(ReadableStreamDefaultReader, {
		read() {
			var r, request;

			try {
				r = reader(this, false);
			} catch (e) {
				return rejected(e);
			}
			if (r.stream === null)
				return rejected(released());
			request = new PromiseRequest();
			readRequest(r, request);
			return request.promise;
		}
	}, null, null, 1);
	out.members(ReadableStreamDefaultReader.prototype,
	    st.readerMembers(false));
	native.value(ReadableStreamDefaultReader.prototype.cancel, 'length', 0,
	    true);
	st.initReader = initReader;

	/* --- the default controller --- */
	/* What both kinds of controller hold. */
	st.initController = function (c) {
		c.stream = null;
		c.queue = new Queue();
		c.total = 0;
		c.started = false;
		c.closing = false;
		c.pullAgain = false;
		c.pulling = false;
		c.size = null; /* byte streams: autoAllocateChunkSize */
		c.hwm = 0;
		c.pull = null;
		c.cancel = null;
		c.self = null;
	};
	function Controller() {
		st.initController(this);
	}
	var CP = Controller.prototype = Object.create(null);

	CP.isByte = false;
	CP.desired = st.desired = function () {
		if (this.stream.state === 'errored')
			return null;
		return this.stream.state === 'closed' ? 0 :
		    this.hwm - this.total;
	};
	CP.canEnqueue = function () {
		return !this.closing && this.stream.state === 'readable';
	};
	CP.shouldPull = function () {
		var s = this.stream;

		if (!this.canEnqueue() || !this.started)
			return false;
		if (s.reader !== null && s.reader.requests.length() > 0)
			return true;
		return this.desired() > 0;
	};
	CP.clear = function () {
		this.pull = null;
		this.cancel = null;
		this.size = null;
	};
	CP.callPull = function () {
		callPullIfNeeded(this);
	};
	function callPullIfNeeded(c) {
		if (!c.shouldPull())
			return;
		if (c.pulling) {
			c.pullAgain = true;
			return;
		}
		c.pulling = true;
		react(c.pull(), function () {
			c.pulling = false;
			if (c.pullAgain) {
				c.pullAgain = false;
				callPullIfNeeded(c);
			}
		}, function (e) {
			c.error(e);
		});
	}
	st.callPullIfNeeded = callPullIfNeeded;
	CP.close = function () {
		this.closing = true;
		if (this.queue.length() === 0) {
			this.clear();
			readableClose(this.stream);
		}
	};
	CP.enqueue = function (chunk) {
		var s = this.stream, size;

		if (s.reader !== null && s.reader.requests.length() > 0) {
			s.reader.requests.shift().chunk(chunk);
		} else {
			try {
				size = (0, this.size)(chunk);
				enqueueSized(this, chunk, size);
			} catch (e) {
				this.error(e);
				throw e;
			}
		}
		callPullIfNeeded(this);
	};
	CP.error = function (e) {
		if (this.stream.state !== 'readable')
			return;
		resetQueue(this);
		this.clear();
		readableError(this.stream, e);
	};
	CP.cancelSteps = function (reason) {
		var p;

		resetQueue(this);
		p = this.cancel(reason);
		this.clear();
		return p;
	};
	CP.pullSteps = function (request) {
		var chunk;

		if (this.queue.length() > 0) {
			chunk = dequeue(this);
			if (this.closing && this.queue.length() === 0) {
				this.clear();
				readableClose(this.stream);
			} else {
				callPullIfNeeded(this);
			}
			request.chunk(chunk);
		} else {
			this.stream.reader.requests.push(request);
			callPullIfNeeded(this);
		}
	};
	CP.releaseSteps = function () { };

	/* Give the stream a controller; START may throw. */
	function setUp(s, c, start, pull, cancel, hwm, size) {
		c.stream = s;
		c.hwm = hwm;
		c.size = size;
		c.pull = pull;
		c.cancel = cancel;
		s.controller = c;
		react(resolved(start()), function () {
			c.started = true;
			callPullIfNeeded(c);
		}, function (e) {
			c.error(e);
		});
		return c;
	}
	st.setUpController = setUp;
	function ReadableStreamDefaultController() { illegal(); }
	function controller(o) {
		return brand(o, $C, 'ReadableStreamDefaultController');
	}
	define(ReadableStreamDefaultController, {
		get desiredSize() { return controller(this).desired(); },
		close() {
			var c = controller(this);

			if (!c.canEnqueue())
				throw new TypeError('The stream is not in a ' +
				    'state that permits close');
			c.close();
		},
		enqueue(chunk) {
			var c = controller(this);

			if (!c.canEnqueue())
				throw new TypeError('The stream is not in a ' +
				    'state that permits enqueue');
			c.enqueue(chunk);
		},
		error(e) { controller(this).error(e); }
	}, null, null, 0);
	native.value(ReadableStreamDefaultController.prototype.enqueue,
	    'length', 0, true);
	native.value(ReadableStreamDefaultController.prototype.error,
	    'length', 0, true);
	/* The public object of a controller's record. */
	function expose(c) {
		var o = Object.create(
		    ReadableStreamDefaultController.prototype);

		return attach(o, $C, c).self;
	}

	/* Algorithms that call the methods of a user's source or sink. */
	st.algorithm = function (fn, self, args) {
		return fn === undefined ? function () {
			return resolved(undefined);
		} : function (reason) {
			return invoke(fn, self, args === undefined ?
			    [reason] : args);
		};
	};

	/* --- ReadableStream --- */
	function ReadableStream(source, strategy) {
		var s, strat, type, start, pull, cancel, auto, c, o;

		if (new.target === undefined)
			throw new TypeError("ReadableStream: use 'new'");
		if (source === undefined)
			source = null;
		else if (!isObject(source))
			throw new TypeError('ReadableStream constructor: the ' +
			    'underlying source must be an object');
		strat = st.strategy(strategy);
		if (source !== null) {
			auto = source.autoAllocateChunkSize;
			cancel = callback(source, 'cancel', 'source');
			pull = callback(source, 'pull', 'source');
			start = callback(source, 'start', 'source');
			type = source.type;
		}
		if (type !== undefined && String(type) !== 'bytes')
			throw new TypeError('ReadableStream constructor: ' +
			    'invalid type');
		s = newReadable(this);
		/* workerd's: the Content-Length of a body made of it */
		if (source !== null && source.expectedLength !== undefined)
			s.length = st.expectedLength(source);
		if (type !== undefined) {
			if (strat.size !== undefined)
				throw new RangeError('A byte stream has no ' +
				    'size function');
			st.setUpBytes(s, source, start, pull, cancel, auto,
			    st.highWaterMark(strat, 0));
			return;
		}
		c = new Controller();
		o = expose(c);
		setUp(s, c, function () {
			return start === undefined ? undefined :
			    native.apply(start, source, [o]);
		}, st.algorithm(pull, source, [o]),
		    st.algorithm(cancel, source, undefined),
		    st.highWaterMark(strat, 1), st.sizeAlgorithm(strat));
	}
	/*
	 * A stream made by a script of ours: algorithms return promises.
	 * size and hwm may be undefined.
	 */
	st.create = function (start, pull, cancel, hwm, size) {
		var o = Object.create(ReadableStream.prototype);
		var s = newReadable(o);

		setUp(s, new Controller(), start, pull, cancel,
		    hwm === undefined ? 1 : hwm, size || one);
		return s;
	};
	define(ReadableStream, {
		get locked() { return isLocked(readable(this)); },
		cancel(reason) {
			var s;

			try {
				s = readable(this);
			} catch (e) {
				return rejected(e);
			}
			if (isLocked(s))
				return rejected(new TypeError('This ' +
				    'ReadableStream is currently locked to a ' +
				    'reader.'));
			return readableCancel(s, reason);
		},
		getReader(options) {
			var s = readable(this), mode, o;

			mode = dict(options, 'getReader: options').mode;
			if (mode === undefined)
				return new ReadableStreamDefaultReader(this);
			if (String(mode) !== 'byob')
				throw new TypeError('getReader: invalid mode');
			o = Object.create(st.BYOBReader.prototype);
			initReader(o, s, true);
			return o;
		},
		pipeThrough(transform, options) {
			var s = readable(this), o, w, r, p;

			need(arguments.length, 1, 'pipeThrough');
			if (!isObject(transform))
				throw new TypeError('pipeThrough: the ' +
				    'transform must be an object');
			r = transform.readable;
			readable(r);
			w = transform.writable;
			w = st.writable(w);
			o = st.pipeOptions(options);
			if (isLocked(s) || st.isWriterLocked(w))
				throw new TypeError('pipeThrough: a stream is ' +
				    'locked');
			p = st.pipe(s, w, o);
			handled(p);
			return r;
		},
		pipeTo(destination, options) {
			var s, w, o;

			try {
				s = readable(this);
				need(arguments.length, 1, 'pipeTo');
				w = st.writable(destination);
				o = st.pipeOptions(options);
			} catch (e) {
				return rejected(e);
			}
			if (isLocked(s) || st.isWriterLocked(w))
				return rejected(new TypeError('pipeTo: a ' +
				    'stream is locked'));
			return st.pipe(s, w, o);
		},
		tee() {
			var pair = st.tee(readable(this));

			return [pair[0].self, pair[1].self];
		},
		values(options) {
			return st.iterate(readable(this),
			    !!dict(options, 'values: options').preventCancel);
		}
	}, {
		from(iterable) { return st.from(iterable).self; }
	}, null, 0);
	['cancel', 'getReader', 'values'].forEach(function (k) {
		native.value(ReadableStream.prototype[k], 'length', 0, true);
	});
	native.value(ReadableStream.prototype.pipeThrough, 'length', 1, true);
	native.value(ReadableStream.prototype.pipeTo, 'length', 1, true);
	if (Symbol.asyncIterator)
		native.value(ReadableStream.prototype, Symbol.asyncIterator,
		    ReadableStream.prototype.values);
	st.ReadableStream = ReadableStream;
	/* The record gets another public object. */
	st.adoptReadable = function (s, o) { attach(o, $R, s); };

	/* --- strategies --- */
	function strategyClass(name, size) {
		var $H = native.hidden('strategy.' + name), C;

		C = function (init) {
			if (new.target === undefined)
				throw new TypeError(name + ": use 'new'");
			need(arguments.length, 1, name + ' constructor');
			if (!isObject(init) || init.highWaterMark === undefined)
				throw new TypeError(name + ' constructor: ' +
				    'highWaterMark is required');
			attach(this, $H, { hwm: Number(init.highWaterMark) });
		};
		native.value(C, 'name', name, true);
		define(C, {
			get highWaterMark() {
				return brand(this, $H, name).hwm;
			},
			get size() {
				brand(this, $H, name);
				return size;
			}
		}, null, null, 1);
		return C;
	}
	/* methods, since they must not be constructors */
	var byteSize = {
		size(chunk) { return chunk.byteLength; }
	}.size;
	var countSize = {
		size() { return 1; }
	}.size;

	out.isReadableStream = function (o) {
		return isObject(o) && o[$R] !== undefined;
	};
	out.isDisturbed = function (o) { return readable(o).disturbed; };
	out.isLockedOrDisturbed = function (o) {
		var s = readable(o);

		return s.disturbed || isLocked(s);
	};
	out.globals({
		ReadableStream: ReadableStream,
		ReadableStreamDefaultReader: ReadableStreamDefaultReader,
		ReadableStreamDefaultController:
		    ReadableStreamDefaultController,
		ByteLengthQueuingStrategy:
		    strategyClass('ByteLengthQueuingStrategy', byteSize),
		CountQueuingStrategy:
		    strategyClass('CountQueuingStrategy', countSize)
	});
})
