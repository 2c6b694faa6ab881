/*
 * structuredClone and scheduler.
 */
(function (native, out) {
	'use strict';
	var global = native.global;
	var DOMException = out.DOMException;
	var toString = Object.prototype.toString;
	var getTime = Date.prototype.getTime;
	var isView = ArrayBuffer.isView;
	var slice = ArrayBuffer.prototype.slice;
	var detachedGet = Object.getOwnPropertyDescriptor(
	    ArrayBuffer.prototype, 'detached').get;
	var errors = { Error: Error, EvalError: EvalError,
		RangeError: RangeError, ReferenceError: ReferenceError,
		SyntaxError: SyntaxError, TypeError: TypeError,
		URIError: URIError };
	var Headers = global.Headers;
	var weak = ['WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry'];
	var boxes = [
		['Boolean', Boolean.prototype.valueOf],
		['Number', Number.prototype.valueOf],
		['String', String.prototype.valueOf]
	];
	if (global.BigInt)
		boxes.push(['BigInt', global.BigInt.prototype.valueOf]);


	var byteClasses = ['Uint8Array', 'ArrayBuffer', 'DataView', 'Int8Array',
		'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
		'Uint32Array', 'Float32Array', 'Float64Array'].map(
	    function (name) {
		return [name, global[name]];
	});

	/* The name of the class of an object of the standard library. */
	out.classOf = function (o) {
		var i;

		if (native.kind(o) === 'bytes') {
			for (i = 0; i < byteClasses.length; i++) {
				if (o instanceof byteClasses[i][1])
					return byteClasses[i][0];
			}
		}
		return toString.call(o).slice(8, -1);
	};

	function fail(what) {
		throw new DOMException(what + ' could not be cloned.',
		    'DataCloneError');
	}
	function isDate(o) {
		try {
			getTime.call(o);
			return true;
		} catch (e) {
			return false;
		}
	}
	function unbox(o) {
		var i;

		for (i = 0; i < boxes.length; i++) {
			try {
				return [boxes[i][0], boxes[i][1].call(o)];
			} catch (e) {
				continue;
			}
		}
		return undefined;
	}
	function isDetached(b) { return native.apply(detachedGet, b, []); }
	function copyBuffer(b) {
		var copy;

		if (isDetached(b))
			fail('A detached ArrayBuffer');
		if (!b.resizable)
			return native.apply(slice, b, [0]);
		copy = new ArrayBuffer(b.byteLength,
		    { maxByteLength: b.maxByteLength });
		new Uint8Array(copy).set(new Uint8Array(b));
		return copy;
	}
	function bytes(o, map) {
		var buffer, C, copy;

		if (!isView(o))
			return copyBuffer(o);
		buffer = map.get(o.buffer);
		if (buffer === undefined) {
			buffer = copyBuffer(o.buffer);
			map.set(o.buffer, buffer);
		}
		C = global[out.classOf(o)];
		if (native.isOutOfBounds(o))
			fail('A view out of its buffer\'s bounds');
		copy = new C(buffer, o.byteOffset,
		    C === global.DataView ? o.byteLength : o.length);
		return copy;
	}
	function cloneError(o, map) {
		var name = String(o.name), C = errors[name] || Error, copy, d;

		copy = new C();
		map.set(o, copy);
		d = Object.getOwnPropertyDescriptor(o, 'message');
		if (d && 'value' in d)
			native.value(copy, 'message', String(d.value));
		d = Object.getOwnPropertyDescriptor(o, 'cause');
		if (d && 'value' in d)
			native.value(copy, 'cause', clone(d.value, map));
		if (o.stack !== undefined)
			native.value(copy, 'stack', String(o.stack));
		return copy;
	}
	function cloneDom(o, map) {
		var copy = new DOMException(o.message, o.name);

		map.set(o, copy);
		native.value(copy, 'stack', String(o.stack));
		return copy;
	}
	function clone(v, map) {
		var kind, copy, i, keys, list, box;

		if (typeof v === 'symbol')
			fail(String(v));
		if (typeof v === 'function')
			fail('function ' + v.name);
		if (typeof v !== 'object' || v === null)
			return v;
		copy = map.get(v);
		if (copy !== undefined)
			return copy;
		kind = native.kind(v);
		if (kind === 'bytes') {
			copy = bytes(v, map);
			map.set(v, copy);
			return copy;
		}
		if (kind === 'error')
			return out.isDOMException(v) ? cloneDom(v, map) :
			    cloneError(v, map);
		if (kind === 'promise')
			fail('#<Promise>');
		if (kind === 'map') {
			map.set(v, copy = new Map());
			list = [];
			Map.prototype.forEach.call(v, function (x, k) {
				list.push(k, x);
			});
			for (i = 0; i < list.length; i += 2)
				copy.set(clone(list[i], map),
				    clone(list[i + 1], map));
			return copy;
		}
		if (kind === 'set') {
			map.set(v, copy = new Set());
			list = [];
			Set.prototype.forEach.call(v, function (x) {
				list.push(x);
			});
			for (i = 0; i < list.length; i++)
				copy.add(clone(list[i], map));
			return copy;
		}
		if (kind === 'array') {
			map.set(v, copy = []);
			copy.length = v.length;
		} else if (isDate(v)) {
			map.set(v, copy = new Date(getTime.call(v)));
			return copy;
		} else if (out.classOf(v) === 'RegExp') {
			map.set(v, copy = new RegExp(v.source, v.flags));
			return copy;
		} else if ((box = unbox(v)) !== undefined) {
			map.set(v, copy = Object(box[1]));
			return copy;
		} else if (out.isBlob(v)) {
			map.set(v, copy = out.cloneBlob(v));
			return copy;
		} else if (native.isHeaders(v)) {
			map.set(v, copy = new Headers(v));
			return copy;
		} else if (weak.indexOf(out.classOf(v)) >= 0) {
			fail('#<' + out.classOf(v) + '>');
		} else if (out.isPlatformObject(v)) {
			throw new DOMException('Could not serialize object of ' +
			    'type "' + out.classOf(v) + '". This type does ' +
			    'not support serialization.', 'DataCloneError');
		} else {
			map.set(v, copy = {});
		}
		keys = Object.keys(v);
		for (i = 0; i < keys.length; i++) {
			if (Object.prototype.hasOwnProperty.call(v, keys[i]))
				native.field(copy, keys[i],
				    clone(v[keys[i]], map));
		}
		return copy;
	}
	out.structuredClone = clone;

	/* --- transfer --- */
	function isStream(o) {
		return out.isReadableStream(o) || out.isWritableStream(o) ||
		    out.isTransformStream(o);
	}
	/* Each value of the list, and the one it becomes. */
	function prepare(list, map) {
		var sides = new Set();

		/* a transform stream and one of its sides: that is twice */
		function check(side) {
			if (sides.has(side))
				fail('A value to transfer');
			sides.add(side);
		}
		list.forEach(function (o) {
			if (typeof o !== 'object' || o === null || map.has(o))
				fail('A value to transfer');
			if (native.kind(o) === 'bytes' && !isView(o)) {
				if (isDetached(o))
					fail('A detached ArrayBuffer');
				map.set(o, o.resizable ? copyBuffer(o) :
				    native.shareBuffer(o));
			} else if (out.isPort && out.isPort(o)) {
				map.set(o, out.shellPort(o));
			} else if (isStream(o)) {
				out.streamSides(o).forEach(check);
				map.set(o, out.shellStream(o));
			} else {
				fail('A value to transfer');
			}
		});
	}
	/* Nothing throws any more from here. */
	function commit(list, map) {
		list.forEach(function (o) {
			if (native.kind(o) === 'bytes')
				native.detach(o);
			else if (isStream(o))
				out.moveStream(o, map.get(o));
			else
				out.movePort(o, map.get(o));
		});
	}
	/*
	 * Clone VALUE; what the LIST names moves instead. { value, moved }: moved
	 * has what the values of the list became.
	 */
	out.cloneTransfer = function (value, list) {
		var map = new Map(), copy;

		prepare(list, map);
		copy = clone(value, map);
		list.forEach(function (o) {
			if (native.kind(o) === 'bytes' ? isDetached(o) :
			    isStream(o) && out.isStreamLocked(o))
				fail('A value to transfer');
		});
		commit(list, map);
		return { value: copy, moved: list.map(function (o) {
			return map.get(o);
		}) };
	};
	/* The list in the options of postMessage() and structuredClone(). */
	out.transferList = function (options, what) {
		if (options === undefined || options === null)
			return [];
		if (typeof options !== 'object' &&
		    typeof options !== 'function')
			throw new TypeError(what +
			    ': options must be an object');
		return options.transfer === undefined ? [] :
		    native.list(options.transfer);
	};

	out.functions({
		structuredClone: native.value(function structuredClone(
		    value, options) {
			if (arguments.length < 1)
				throw new TypeError('structuredClone: 1 ' +
				    'argument required, but only 0 present.');
			return out.cloneTransfer(value, out.transferList(
			    options, 'structuredClone')).value;
		}, 'length', 1, true)
	});

	/* --- scheduler --- */
	function Scheduler() {
		throw new TypeError('Illegal constructor');
	}
	out.define(Scheduler, {
		wait(ms, options) {
			var p = native.promise(), signal, id, onAbort;

			signal = options && options.signal;
			if (signal !== undefined && signal !== null) {
				out.requireSignal(signal);
				if (signal.aborted)
					return native.rejected(signal.reason);
			}
			id = global_setTimeout(function () {
				if (onAbort)
					out.offAbort(signal, onAbort);
				native.resolve(p, undefined);
			}, Number(ms));
			if (signal) {
				onAbort = function (reason) {
					global_clearTimeout(id);
					native.reject(p, reason);
				};
				out.onAbort(signal, onAbort);
			}
			return p;
		}
	}, null, null, 0);
	var global_setTimeout = global.setTimeout;
	var global_clearTimeout = global.clearTimeout;
	out.globals({ scheduler: Object.create(Scheduler.prototype) });
})
