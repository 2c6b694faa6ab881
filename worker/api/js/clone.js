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
	var errors = { Error: Error, EvalError: EvalError,
		RangeError: RangeError, ReferenceError: ReferenceError,
		SyntaxError: SyntaxError, TypeError: TypeError,
		URIError: URIError };
	var boxes = [
		['Boolean', Boolean.prototype.valueOf],
		['Number', Number.prototype.valueOf],
		['String', String.prototype.valueOf]
	];

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
	function bytes(o, map) {
		var buffer, C, copy;

		if (!isView(o))
			return o.slice(0);
		buffer = map.get(o.buffer);
		if (buffer === undefined) {
			buffer = o.buffer.slice(0);
			map.set(o.buffer, buffer);
		}
		C = global[out.classOf(o)];
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
			return cloneError(v, map);
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
		} else if (out.isPlatformObject(v)) {
			fail('#<' + (v.constructor && v.constructor.name ||
			    'Object') + '>');
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

	out.functions({
		structuredClone: native.value(function structuredClone(
		    value, options) {
			var list, i, map;

			if (arguments.length < 1)
				throw new TypeError('structuredClone: 1 ' +
				    'argument required, but only 0 present.');
			if (options !== undefined && options !== null &&
			    options.transfer !== undefined) {
				list = native.list(options.transfer);
				for (i = 0; i < list.length; i++) {
					if (out.classOf(list[i]) !==
					    'ArrayBuffer')
						fail('A value to transfer');
				}
			}
			map = new Map();
			return clone(value, map);
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
