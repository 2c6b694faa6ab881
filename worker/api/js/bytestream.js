/*
 * Readable byte streams: their controller, BYOB requests and readers, by the
 * Streams standard.
 */
(function (native, out) {
	'use strict';
	var st = out.streams, define = out.define;
	var $C = native.hidden('bcontroller');
	var $Q = native.hidden('byobrequest');
	var rejected = native.rejected;
	var Queue = st.Queue, brand = st.brand, attach = st.attach;
	var readableClose = st.readableClose, readableError = st.readableError;
	var callPullIfNeeded = st.callPullIfNeeded;
	var isView = ArrayBuffer.isView;
	var bufferTransfer = ArrayBuffer.prototype.transfer;
	var bufferSlice = ArrayBuffer.prototype.slice;
	var detachedGet = Object.getOwnPropertyDescriptor(
	    ArrayBuffer.prototype, 'detached');
	var Uint8 = Uint8Array, View = DataView, Buffer = ArrayBuffer;
	var views = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray',
		'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
		'Float32Array', 'Float64Array'].map(function (name) {
		return native.global[name];
	});

	function isDetached(b) {
		return detachedGet !== undefined && detachedGet.get.call(b);
	}
	function transfer(b) {
		if (isDetached(b))
			throw new TypeError('The ArrayBuffer is detached');
		return bufferTransfer === undefined ? b :
		    bufferTransfer.call(b);
	}
	function viewClass(v) {
		var i;

		for (i = 0; i < views.length; i++) {
			if (v instanceof views[i])
				return views[i];
		}
		return View;
	}
	function elementSize(C) {
		return C === View ? 1 : C.BYTES_PER_ELEMENT;
	}
	function copyInto(dst, at, src, from, n) {
		new Uint8(dst, at, n).set(new Uint8(src, from, n));
	}

	/* --- the controller's record --- */
	function Controller() {
		st.initController(this);
		this.intos = new Queue(); /* pending pull-intos */
		this.request = null;      /* public BYOB request */
	}
	var CP = Controller.prototype = Object.create(null);

	CP.isByte = true;
	CP.desired = st.desired;
	CP.shouldPull = function () {
		var s = this.stream, r = s.reader;

		if (s.state !== 'readable' || this.closing || !this.started)
			return false;
		if (r !== null && r.requests.length() > 0)
			return true;
		return this.desired() > 0;
	};
	CP.clear = function () {
		this.pull = null;
		this.cancel = null;
	};
	CP.resetQueue = function () {
		this.queue = new Queue();
		this.total = 0;
	};
	CP.clearIntos = function () {
		this.invalidate();
		this.intos = new Queue();
	};
	CP.invalidate = function () {
		var q = this.request;

		if (q === null)
			return;
		q[$Q].controller = null;
		q[$Q].view = null;
		this.request = null;
	};
	CP.close = function () {
		var s = this.stream, first, e;

		if (this.closing || s.state !== 'readable')
			return;
		if (this.total > 0) {
			this.closing = true;
			return;
		}
		if (this.intos.length() > 0) {
			first = this.intos.peek();
			if (first.filled % first.size !== 0) {
				e = new TypeError('Insufficient bytes to fill ' +
				    'elements in the given buffer');
				this.error(e);
				throw e;
			}
		}
		this.clear();
		readableClose(s);
	};
	CP.error = function (e) {
		if (this.stream.state !== 'readable')
			return;
		this.clearIntos();
		this.resetQueue();
		this.clear();
		readableError(this.stream, e);
	};
	CP.cancelSteps = function (reason) {
		var p;

		this.clearIntos();
		this.resetQueue();
		p = this.cancel(reason);
		this.clear();
		return p;
	};
	CP.releaseSteps = function () {
		var first;

		if (this.intos.length() > 0) {
			first = this.intos.peek();
			first.type = 'none';
			this.intos = new Queue();
			this.intos.push(first);
		}
	};
	CP.put = function (buffer, offset, length) {
		this.queue.push({ buffer: buffer, offset: offset,
			length: length });
		this.total += length;
	};
	CP.putClone = function (buffer, offset, length) {
		this.put(bufferSlice.call(buffer, offset, offset + length), 0,
		    length);
	};
	CP.putDetached = function (into) {
		if (into.filled > 0)
			this.putClone(into.buffer, into.offset, into.filled);
		this.intos.shift();
	};
	CP.handleDrain = function () {
		if (this.total === 0 && this.closing) {
			this.clear();
			readableClose(this.stream);
		} else {
			callPullIfNeeded(this);
		}
	};
	/* The first chunk of the queue to a default read. */
	CP.fillRead = function (request) {
		var e = this.queue.shift();

		this.total -= e.length;
		this.handleDrain();
		request.chunk(new Uint8(e.buffer, e.offset, e.length));
	};
	CP.pullSteps = function (request) {
		var buffer;

		if (this.total > 0) {
			this.fillRead(request);
			return;
		}
		if (this.size !== undefined) {
			try {
				buffer = new Buffer(this.size);
			} catch (e) {
				request.error(e);
				return;
			}
			this.intos.push({ buffer: buffer,
				bufferLength: this.size, offset: 0,
				length: this.size, filled: 0, min: 1, size: 1,
				C: Uint8, type: 'default' });
		}
		this.stream.reader.requests.push(request);
		callPullIfNeeded(this);
	};
	function convert(into) {
		return new into.C(transfer(into.buffer), into.offset,
		    into.filled / into.size);
	}
	CP.commit = function (into) {
		var s = this.stream, done = s.state === 'closed', view, r;

		view = convert(into);
		r = s.reader.requests.shift();
		if (done)
			r.close(view);
		else
			r.chunk(view);
	};
	/* Move bytes of the queue into the descriptor; is it full enough? */
	CP.fill = function (into) {
		var max = Math.min(this.total, into.length - into.filled);
		var filled = into.filled + max, left = max, ready = false;
		var aligned = filled - filled % into.size, e, n;

		if (aligned >= into.min) {
			left = aligned - into.filled;
			ready = true;
		}
		while (left > 0) {
			e = this.queue.peek();
			n = Math.min(left, e.length);
			copyInto(into.buffer, into.offset + into.filled,
			    e.buffer, e.offset, n);
			if (e.length === n) {
				this.queue.shift();
			} else {
				e.offset += n;
				e.length -= n;
			}
			this.total -= n;
			into.filled += n;
			left -= n;
		}
		return ready;
	};
	CP.processIntos = function () {
		var list = [], into;

		while (this.intos.length() > 0 && this.total > 0) {
			into = this.intos.peek();
			if (!this.fill(into))
				break;
			this.intos.shift();
			list.push(into);
		}
		return list;
	};
	CP.commitAll = function (list) {
		var i;

		for (i = 0; i < list.length; i++)
			this.commit(list[i]);
	};
	/* OWNED: the buffer is ours alone and need not be transferred. */
	CP.enqueue = function (buffer, offset, length, owned) {
		var s = this.stream, first, r = s.reader, moved;

		if (this.closing || s.state !== 'readable')
			return;
		moved = owned ? buffer : transfer(buffer);
		if (this.intos.length() > 0) {
			first = this.intos.peek();
			if (isDetached(first.buffer))
				throw new TypeError('The BYOB request\'s ' +
				    'buffer is detached');
			this.invalidate();
			first.buffer = transfer(first.buffer);
			if (first.type === 'none')
				this.putDetached(first);
		}
		if (r !== null && !r.byob) {
			while (r.requests.length() > 0 && this.total > 0)
				this.fillRead(r.requests.shift());
			if (r.requests.length() === 0) {
				this.put(moved, offset, length);
			} else {
				if (this.intos.length() > 0)
					this.intos.shift();
				r.requests.shift().chunk(
				    new Uint8(moved, offset, length));
			}
		} else if (r !== null) {
			this.put(moved, offset, length);
			this.commitAll(this.processIntos());
		} else {
			this.put(moved, offset, length);
		}
		callPullIfNeeded(this);
	};
	CP.pullInto = function (view, min, request) {
		var C = viewClass(view), size = elementSize(C), buffer, into;
		var s = this.stream;
		var offset = view.byteOffset, length = view.byteLength;

		try {
			buffer = transfer(view.buffer);
		} catch (e) {
			request.error(e);
			return;
		}
		into = { buffer: buffer, bufferLength: buffer.byteLength,
			offset: offset, length: length,
			filled: 0, min: min * size, size: size, C: C,
			type: 'byob' };
		if (this.intos.length() > 0) {
			this.intos.push(into);
			s.reader.requests.push(request);
			return;
		}
		if (s.state === 'closed') {
			request.close(new C(into.buffer, into.offset, 0));
			return;
		}
		if (this.total > 0) {
			if (this.fill(into)) {
				view = convert(into);
				this.handleDrain();
				request.chunk(view);
				return;
			}
			if (this.closing) {
				s = new TypeError('Insufficient bytes to fill ' +
				    'elements in the given buffer');
				this.error(s);
				request.error(s);
				return;
			}
		}
		this.intos.push(into);
		s.reader.requests.push(request);
		callPullIfNeeded(this);
	};
	CP.respondClosed = function (first) {
		var s = this.stream, list = [], i;

		if (first.type === 'none')
			this.intos.shift();
		if (s.reader !== null && s.reader.byob) {
			for (i = s.reader.requests.length(); i > 0; i--)
				list.push(this.intos.shift());
			this.commitAll(list);
		}
	};
	CP.respondReadable = function (n, into) {
		var rest, end, list;

		into.filled += n;
		if (into.type === 'none') {
			this.putDetached(into);
			this.commitAll(this.processIntos());
			return;
		}
		if (into.filled < into.min)
			return;
		this.intos.shift();
		rest = into.filled % into.size;
		if (rest > 0) {
			end = into.offset + into.filled;
			this.putClone(into.buffer, end - rest, rest);
		}
		into.filled -= rest;
		list = this.processIntos();
		this.commit(into);
		this.commitAll(list);
	};
	CP.respondInternal = function (n) {
		var first = this.intos.peek();

		this.invalidate();
		if (this.stream.state === 'closed')
			this.respondClosed(first);
		else
			this.respondReadable(n, first);
		callPullIfNeeded(this);
	};
	CP.respond = function (n) {
		var first = this.intos.peek();

		if (this.stream.state === 'closed') {
			if (n !== 0)
				throw new TypeError('respond: the stream is ' +
				    'closed, the count must be 0');
		} else {
			if (n === 0)
				throw new TypeError('respond: the count must ' +
				    'not be 0');
			if (first.filled + n > first.length)
				throw new RangeError(
				    'respond: the count is too large');
		}
		first.buffer = transfer(first.buffer);
		this.respondInternal(n);
	};
	CP.respondWithView = function (view) {
		var first = this.intos.peek(), n = view.byteLength;

		if (this.stream.state === 'closed') {
			if (n !== 0)
				throw new TypeError('respondWithNewView: the ' +
				    'stream is closed, the view must be empty');
		} else if (n === 0) {
			throw new TypeError(
			    'respondWithNewView: the view is empty');
		}
		if (first.offset + first.filled !== view.byteOffset)
			throw new RangeError(
			    'respondWithNewView: the view is elsewhere');
		if (first.bufferLength !== view.buffer.byteLength)
			throw new RangeError('respondWithNewView: the view\'s ' +
			    'buffer has another length');
		if (first.filled + n > first.length)
			throw new RangeError(
			    'respondWithNewView: the view is too large');
		first.buffer = transfer(view.buffer);
		this.respondInternal(n);
	};
	CP.getRequest = function () {
		var first, o;

		if (this.request === null && this.intos.length() > 0) {
			first = this.intos.peek();
			o = Object.create(ReadableStreamBYOBRequest.prototype);
			attach(o, $Q, { controller: this,
				view: new Uint8(first.buffer,
				    first.offset + first.filled,
				    first.length - first.filled) });
			this.request = o;
		}
		return this.request;
	};

	/* --- public classes --- */
	function illegal() { throw new TypeError('Illegal constructor'); }
	function ReadableByteStreamController() { illegal(); }
	function controller(o) {
		return brand(o, $C, 'ReadableByteStreamController');
	}
	define(ReadableByteStreamController, {
		get byobRequest() { return controller(this).getRequest(); },
		get desiredSize() { return controller(this).desired(); },
		close() {
			var c = controller(this);

			if (c.closing)
				throw new TypeError(
				    'close: the stream is closing already');
			if (c.stream.state !== 'readable')
				throw new TypeError(
				    'close: the stream is not readable');
			c.close();
		},
		enqueue(chunk) {
			var c = controller(this), n, offset, buffer;

			st.need(arguments.length, 1, 'enqueue');
			if (isView(chunk)) {
				buffer = chunk.buffer;
				offset = chunk.byteOffset;
				n = chunk.byteLength;
			} else {
				throw new TypeError('enqueue: the chunk must ' +
				    'be a view of bytes');
			}
			if (n === 0 || buffer.byteLength === 0)
				throw new TypeError('enqueue: the chunk is ' +
				    'empty');
			if (c.closing)
				throw new TypeError(
				    'enqueue: the stream is closing');
			if (c.stream.state !== 'readable')
				throw new TypeError(
				    'enqueue: the stream is not readable');
			c.enqueue(buffer, offset, n);
		},
		error(e) { controller(this).error(e); }
	}, null, null, 0);
	native.value(ReadableByteStreamController.prototype.error, 'length', 0,
	    true);

	function ReadableStreamBYOBRequest() { illegal(); }
	function request(o) {
		return brand(o, $Q, 'ReadableStreamBYOBRequest');
	}
	define(ReadableStreamBYOBRequest, {
		get view() { return request(this).view; },
		respond(n) {
			var q = request(this);

			st.need(arguments.length, 1, 'respond');
			n = Number(n);
			if (!(n >= 0) || n > 9007199254740991)
				throw new TypeError(
				    'respond: the count is out of range');
			if (q.controller === null)
				throw new TypeError(
				    'This ReadableStreamBYOBRequest has ' +
				    'been invalidated.');
			if (isDetached(q.view.buffer))
				throw new TypeError(
				    'respond: the view\'s buffer is detached');
			q.controller.respond(Math.floor(n));
		},
		respondWithNewView(view) {
			var q = request(this);

			st.need(arguments.length, 1, 'respondWithNewView');
			if (!isView(view))
				throw new TypeError('respondWithNewView: the ' +
				    'argument must be a view');
			if (q.controller === null)
				throw new TypeError('This ' +
				    'ReadableStreamBYOBRequest has been ' +
				    'invalidated.');
			if (isDetached(view.buffer))
				throw new TypeError('respondWithNewView: the ' +
				    'view\'s buffer is detached');
			q.controller.respondWithView(view);
		}
	}, null, null, 0);

	function ReadableStreamBYOBReader(stream) {
		if (new.target === undefined)
			throw new TypeError(
			    "ReadableStreamBYOBReader: use 'new'");
		st.initReader(this, st.readable(stream), true);
	}
	define(ReadableStreamBYOBReader, {
		read(view, options) {
			var r, min, q, length;

			try {
				r = st.reader(this, true);
				if (!isView(view))
					throw new TypeError('read: the ' +
					    'argument must be a view');
				min = st.dict(options, 'read: options').min;
				min = min === undefined ? 1 : Number(min);
				if (view.byteLength === 0 ||
				    view.buffer.byteLength === 0)
					throw new TypeError(
					    'read: the view is empty');
				if (isDetached(view.buffer))
					throw new TypeError('read: the ' +
					    'view\'s buffer is detached');
				min = Math.floor(min);
				if (!(min >= 1))
					throw new TypeError(
					    'read: min must be at least 1');
				length = view.length === undefined ?
				    view.byteLength : view.length;
				if (min > length)
					throw new RangeError(
					    'read: min is too large');
			} catch (e) {
				return rejected(e);
			}
			if (r.stream === null)
				return rejected(st.released());
			q = new st.PromiseRequest();
			r.stream.disturbed = true;
			if (r.stream.state === 'errored')
				q.error(r.stream.error);
			else
				r.stream.controller.pullInto(view, min, q);
			return q.promise;
		},
		/* workerd's own, older than `min` */
		readAtLeast(min, view) {
			return native.then(this.read(view, { min: min }),
			    function (r) {
				/* the last bytes, fewer: the next is the end */
				return r.done && r.value !== undefined &&
				    r.value.byteLength > 0 ?
				    { value: r.value, done: false } : r;
			}, null);
		}
	}, null, null, 1);
	out.members(ReadableStreamBYOBReader.prototype,
	    st.readerMembers(true));
	native.value(ReadableStreamBYOBReader.prototype.read, 'length', 1,
	    true);
	native.value(ReadableStreamBYOBReader.prototype.cancel, 'length', 0,
	    true);
	st.BYOBReader = ReadableStreamBYOBReader;

	/* --- set-up --- */
	st.setUpBytes = function (s, source, start, pull, cancel, auto, hwm) {
		var c = new Controller(), o;

		if (auto !== undefined) {
			auto = Number(auto);
			if (!(auto >= 0) || auto > 9007199254740991)
				throw new TypeError(
				    'autoAllocateChunkSize is out of range');
			auto = Math.floor(auto);
			if (auto === 0)
				throw new TypeError(
				    'autoAllocateChunkSize must not be 0');
		}
		o = Object.create(ReadableByteStreamController.prototype);
		attach(o, $C, c);
		st.setUpController(s, c, function () {
			return start === undefined ? undefined :
			    native.apply(start, source, [o]);
		}, st.algorithm(pull, source, [o]),
		    st.algorithm(cancel, source, undefined), hwm, auto);
	};
	/* Byte streams of our own; PULL gets the controller's record. */
	st.createBytes = function (pull, cancel) {
		var o = Object.create(st.ReadableStream.prototype);
		var s = st.newReadable(o), c = new Controller();

		attach(Object.create(ReadableByteStreamController.prototype),
		    $C, c);
		st.setUpController(s, c, st.noop, function () {
			return pull(c);
		}, cancel, 0, undefined);
		return s;
	};
	st.ByteController = Controller;
	out.globals({
		ReadableByteStreamController: ReadableByteStreamController,
		ReadableStreamBYOBRequest: ReadableStreamBYOBRequest,
		ReadableStreamBYOBReader: ReadableStreamBYOBReader
	});
})
