/*
 * node:buffer. A Buffer is a Uint8Array whose prototype is Buffer.prototype;
 * text and searching are in C (node_bytes.c).
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const types = require('util_types');
	const global = native.global;
	const MAX = 2 ** 31 - 1;
	const custom = Symbol.for('nodejs.util.inspect.custom');
	const encodings = {
		utf8: 0, 'utf-8': 0, latin1: 1, binary: 1, ascii: 2, ucs2: 3,
		'ucs-2': 3, utf16le: 3, 'utf-16le': 3, hex: 4, base64: 5,
		base64url: 6
	};
	let inspectMax = 50;

	function numberOf(encoding) {
		return typeof encoding === 'string' ?
		    encodings[encoding.toLowerCase()] : undefined;
	}
	/* STRICT: only nothing at all stands for UTF-8. */
	function encodingOf(encoding, strict) {
		const n = encoding === undefined || !strict &&
		    (encoding === null || encoding === '') ? 0 :
		    numberOf(strict ? `${encoding}` : encoding);

		if (n === undefined)
			throw errors.type('ERR_UNKNOWN_ENCODING',
			    `Unknown encoding: ${encoding}`);
		return n;
	}
	function wrap(bytes) {
		Object.setPrototypeOf(bytes, Buffer.prototype);
		return bytes;
	}
	function checkSize(size) {
		errors.number(size, 'size');
		if (!(size >= 0 && size <= MAX))
			throw errors.outOfRange('size',
			    `>= 0 && <= ${MAX}`, size);
	}

	function Buffer(value, encodingOrOffset, length) {
		if (typeof value === 'number') {
			if (typeof encodingOrOffset === 'string')
				throw errors.argType('string', 'string', value);
			return Buffer.alloc(value);
		}
		return Buffer.from(value, encodingOrOffset, length);
	}
	Object.setPrototypeOf(Buffer, Uint8Array);
	Buffer.prototype = Object.create(Uint8Array.prototype, {
		constructor: { value: Buffer, writable: true,
			configurable: true }
	});
	Object.defineProperty(Buffer, Symbol.species, {
		get() { return Buffer; }, configurable: true
	});

	/* --- making them --- */
	function fromString(string, encoding) {
		return wrap(native.bytesOf(string, encodingOf(encoding)));
	}
	function fromList(list) {
		const n = Math.max(0, Math.trunc(Number(list.length)) || 0);
		const b = Buffer.alloc(n);

		for (let i = 0; i < n; i++)
			b[i] = list[i];
		return b;
	}
	function fromArrayBuffer(buffer, offset, length) {
		const total = buffer.byteLength;

		offset = offset === undefined ? 0 : +offset;
		if (offset !== offset)
			offset = 0;
		if (offset < 0 || offset > total)
			throw errors.range('ERR_BUFFER_OUT_OF_BOUNDS',
			    '"offset" is outside of buffer bounds');
		if (length === undefined) {
			length = total - offset;
		} else {
			length = +length;
			if (!(length > 0))
				length = 0;
			if (length > total - offset)
				throw errors.range('ERR_BUFFER_OUT_OF_BOUNDS',
				    '"length" is outside of buffer bounds');
		}
		return wrap(new Uint8Array(buffer, offset, length));
	}
	function fromObject(o) {
		if (o.length !== undefined || types.isAnyArrayBuffer(o.buffer)) {
			if (typeof o.length !== 'number')
				return Buffer.alloc(0);
			return fromList(o);
		}
		return o.type === 'Buffer' && Array.isArray(o.data) ?
		    fromList(o.data) : undefined;
	}
	const statics = {
		from(value, encodingOrOffset, length) {
			let v, b;

			if (typeof value === 'string')
				return fromString(value, encodingOrOffset);
			if (value !== null && typeof value === 'object') {
				if (types.isAnyArrayBuffer(value))
					return fromArrayBuffer(value,
					    encodingOrOffset, length);
				v = value.valueOf && value.valueOf();
				if (v !== null && v !== undefined &&
				    v !== value && (typeof v === 'string' ||
				    typeof v === 'object'))
					return Buffer.from(v, encodingOrOffset,
					    length);
				b = fromObject(value);
				if (b !== undefined)
					return b;
				if (typeof value[Symbol.toPrimitive] ===
				    'function') {
					v = value[Symbol.toPrimitive]('string');
					if (typeof v === 'string')
						return fromString(v,
						    encodingOrOffset);
				}
			}
			throw errors.argType('first argument', ['string',
				'Buffer', 'ArrayBuffer', 'Array',
				'Array-like Object'], value);
		},
		alloc(size, fill, encoding) {
			let b;

			checkSize(size);
			b = wrap(new Uint8Array(size));
			if (fill !== undefined && fill !== 0 && size > 0)
				b.fill(fill, encoding);
			return b;
		},
		allocUnsafe(size) {
			checkSize(size);
			return wrap(new Uint8Array(size));
		},
		allocUnsafeSlow(size) {
			checkSize(size);
			return wrap(new Uint8Array(size));
		},
		of(...items) {
			return fromList(items);
		},
		copyBytesFrom(view, offset, length) {
			let end;

			if (!types.isTypedArray(view))
				throw errors.argType('view', 'TypedArray',
				    view);
			if (offset !== undefined)
				errors.integer(offset, 'offset', 0);
			if (length !== undefined)
				errors.integer(length, 'length', 0);
			offset ??= 0;
			if (view.length === 0 || offset >= view.length)
				return Buffer.alloc(0);
			end = length === undefined ? view.length :
			    Math.min(view.length, offset + length);
			const part = view.slice(offset, end);

			return fromArrayBuffer(part.buffer, part.byteOffset,
			    part.byteLength);
		},
		isBuffer(v) {
			return v instanceof Buffer;
		},
		isEncoding(encoding) {
			return typeof encoding === 'string' &&
			    encoding.length > 0 &&
			    numberOf(encoding) !== undefined;
		},
		byteLength(value, encoding) {
			if (typeof value !== 'string') {
				if (ArrayBuffer.isView(value) ||
				    types.isAnyArrayBuffer(value))
					return value.byteLength;
				throw errors.argType('string', ['string',
					'Buffer', 'ArrayBuffer'], value);
			}
			switch (numberOf(encoding) ?? 0) {
			case 1: case 2:
				return value.length;
			case 3:
				return value.length * 2;
			case 4:
				return value.length >>> 1;
			case 5: case 6: {
				let n = value.length;

				if (n > 0 && value[n - 1] === '=')
					n--;
				if (n > 1 && value[n - 1] === '=')
					n--;
				return Math.floor(n * 3 / 4);
			}
			default:
				return native.bytesOf(value, 0).length;
			}
		},
		compare(a, b) {
			if (!types.isUint8Array(a))
				throw errors.argType('buf1', ['Buffer',
					'Uint8Array'], a);
			if (!types.isUint8Array(b))
				throw errors.argType('buf2', ['Buffer',
					'Uint8Array'], b);
			return native.order(a, b);
		},
		concat(list, length) {
			let b, at = 0;

			errors.array(list, 'list');
			list.forEach((v, i) => {
				if (!types.isUint8Array(v))
					throw errors.argType(`list[${i}]`,
					    ['Buffer', 'Uint8Array'], v);
			});
			if (length === undefined)
				return wrap(native.concat(list));
			errors.integer(length, 'length', 0);
			if (list.length === 0)
				return Buffer.alloc(0);
			b = Buffer.alloc(length);
			for (const v of list) {
				if (at + v.length > length) {
					b.set(v.subarray(0, length - at), at);
					at = length;
					break;
				}
				b.set(v, at);
				at += v.length;
			}
			return b;
		}
	};
	out.merge(Buffer, statics);
	Buffer.poolSize = 8192;

	/* --- text --- */
	function clamp(v, otherwise, max) {
		v = v === undefined ? otherwise : Math.trunc(Number(v)) || 0;
		return v < 0 ? 0 : Math.min(v, max);
	}
	function textOf(b, n, start, end) {
		return native.textOf(b, n, clamp(start, 0, b.length),
		    clamp(end, b.length, b.length));
	}
	function write(b, string, offset, length, n) {
		let bytes, size;

		if (typeof string !== 'string')
			throw errors.argType('argument', 'string', string);
		bytes = native.bytesOf(string, n);
		size = Math.min(bytes.length, length, b.length - offset);
		if (size <= 0)
			return 0;
		/* no part of a character */
		if (size < bytes.length && n === 0)
			while (size > 0 && (bytes[size] & 0xc0) === 0x80)
				size--;
		else if (n === 3)
			size -= size % 2;
		Uint8Array.prototype.set.call(b, size < bytes.length ?
		    bytes.subarray(0, size) : bytes, offset);
		return size;
	}
	const methods = {
		toString(encoding, start, end) {
			if (arguments.length === 0)
				return native.textOf(this, 0, 0, this.length);
			return textOf(this, encodingOf(encoding, true), start,
			    end);
		},
		toJSON() {
			return { type: 'Buffer', data: Array.from(this) };
		},
		write(string, offset, length, encoding) {
			let left;

			if (typeof offset === 'string') {
				encoding = offset;
				offset = length = undefined;
				if (arguments[2] !== undefined &&
				    typeof arguments[2] !== 'string')
					throw errors.argType('argument',
					    'string', arguments[2]);
			} else if (typeof length === 'string') {
				encoding = length;
				length = undefined;
			}
			if (offset === undefined)
				offset = 0;
			else
				errors.integer(offset, 'offset', 0,
				    this.length);
			left = this.length - offset;
			if (length === undefined)
				length = left;
			else
				errors.integer(length, 'length', 0,
				    this.length);
			return write(this, string, offset,
			    Math.min(length, left), encodingOf(encoding));
		},
		equals(other) {
			if (!types.isUint8Array(other))
				throw errors.argType('otherBuffer', ['Buffer',
					'Uint8Array'], other);
			return this === other || this.byteLength ===
			    other.byteLength && native.order(this, other) === 0;
		},
		compare(target, tStart, tEnd, start, end) {
			if (!types.isUint8Array(target))
				throw errors.argType('target', ['Buffer',
					'Uint8Array'], target);
			tStart = bound(tStart, 0, 'targetStart');
			tEnd = bound(tEnd, target.length, 'targetEnd',
			    target.length);
			start = bound(start, 0, 'sourceStart');
			end = bound(end, this.length, 'sourceEnd',
			    this.length);
			if (start >= end)
				return tStart >= tEnd ? 0 : -1;
			if (tStart >= tEnd)
				return 1;
			return native.order(
			    Uint8Array.prototype.subarray.call(this, start,
			        end),
			    Uint8Array.prototype.subarray.call(target, tStart,
			        tEnd));
		},
		copy(target, tStart, start, end) {
			let n;

			if (!types.isUint8Array(target))
				throw errors.argType('target', ['Buffer',
					'Uint8Array'], target);
			tStart = tStart === undefined ? 0 :
			    toInteger(tStart, 0);
			if (tStart < 0)
				throw errors.outOfRange('targetStart', '>= 0',
				    tStart);
			start = start === undefined ? 0 : toInteger(start, 0);
			if (start < 0)
				throw errors.outOfRange('sourceStart', '>= 0',
				    start);
			end = end === undefined ? this.length :
			    toInteger(end, 0);
			if (end < 0)
				throw errors.outOfRange('sourceEnd', '>= 0',
				    end);
			if (tStart >= target.length || start >= end)
				return 0;
			n = Math.min(end - start, target.length - tStart,
			    this.length - start);
			Uint8Array.prototype.set.call(target,
			    Uint8Array.prototype.subarray.call(this, start,
			        start + n), tStart);
			return n;
		},
		subarray(start, end) {
			return wrap(Uint8Array.prototype.subarray.call(
			    new Uint8Array(this.buffer, this.byteOffset,
			        this.length), start, end));
		},
		slice(start, end) {
			return this.subarray(start, end);
		},
		fill(value, offset, end, encoding) {
			return fill(this, value, offset, end, encoding);
		},
		indexOf(value, from, encoding) {
			return search(this, value, from, encoding, false);
		},
		lastIndexOf(value, from, encoding) {
			return search(this, value, from, encoding, true);
		},
		includes(value, from, encoding) {
			return this.indexOf(value, from, encoding) !== -1;
		},
		swap16() { return swap(this, 2); },
		swap32() { return swap(this, 4); },
		swap64() { return swap(this, 8); },
		toLocaleString(encoding, start, end) {
			return this.toString(encoding, start, end);
		},
		[custom](depth, options) {
			const n = Math.min(inspectMax, this.length);
			const more = this.length - n;
			let s = native.textOf(this, 4, 0, n)
			    .replace(/(.{2})/g, '$1 ').trim();
			const extra = {};
			let text;

			if (more > 0)
				s += ` ... ${more} more byte${more > 1 ? 's' :
				    ''}`;
			for (const k of Object.keys(this))
				if (!/^\d+$/.test(k))
					extra[k] = this[k];
			if (Object.keys(extra).length > 0) {
				text = out.inspect(extra, Object.assign({},
				    options, { breakLength: Infinity,
					compact: true })).slice(1, -1).trim();
				s += (s === '' ? '' : ', ') + text;
			}
			return `<${this.constructor.name}${s === '' ? '' :
			    ' '}${s}>`;
		}
	};
	methods.inspect = methods[custom];
	function toInteger(v, otherwise) {
		v = +v;
		return v !== v ? otherwise :
		    v >= Number.MIN_SAFE_INTEGER &&
		    v <= Number.MAX_SAFE_INTEGER ? Math.trunc(v) :
		        otherwise;
	}
	function bound(v, otherwise, name, max = Number.MAX_SAFE_INTEGER) {
		if (v === undefined)
			return otherwise;
		errors.integer(v, name, 0, max);
		return v;
	}
	function fill(b, value, offset, end, encoding) {
		let unit;

		if (typeof value === 'string') {
			if (offset === undefined || typeof offset === 'string') {
				encoding = offset;
				offset = 0;
				end = b.length;
			} else if (typeof end === 'string') {
				encoding = end;
				end = b.length;
			}
			if (encoding !== undefined &&
			    typeof encoding !== 'string')
				throw errors.argType('encoding', 'string',
				    encoding);
			if (encoding !== undefined)
				encodingOf(encoding);
		}
		if (offset === undefined)
			offset = 0;
		else
			errors.number(offset, 'offset', 0, b.length);
		if (end === undefined)
			end = b.length;
		else
			errors.number(end, 'end', 0, b.length);
		offset = Math.trunc(offset);
		end = Math.trunc(end);
		if (offset >= end)
			return b;
		if (typeof value === 'string') {
			unit = value === '' ? [0] :
			    native.bytesOf(value, encodingOf(encoding));
		} else if (types.isUint8Array(value)) {
			unit = value;
		} else if (ArrayBuffer.isView(value)) {
			unit = new Uint8Array(value.buffer, value.byteOffset,
			    value.byteLength);
		} else {
			Uint8Array.prototype.fill.call(b, Number(value) & 255,
			    offset, end);
			return b;
		}
		if (unit.length === 0)
			throw errors.argValue('value', value);
		if (unit.length === 1) {
			Uint8Array.prototype.fill.call(b, unit[0], offset,
			    end);
			return b;
		}
		for (let i = offset, j = 0; i < end; i++) {
			b[i] = unit[j];
			j = j + 1 === unit.length ? 0 : j + 1;
		}
		return b;
	}
	function search(b, value, from, encoding, isLast) {
		let needle, n = 0;

		if (typeof from === 'string') {
			encoding = from;
			from = undefined;
		}
		from = +from;
		if (from !== from)
			from = isLast ? b.length : 0;
		from = Math.trunc(Math.max(-(2 ** 31), Math.min(from, MAX)));
		if (typeof value === 'number') {
			needle = new Uint8Array([value & 255]);
		} else if (typeof value === 'string') {
			n = encodingOf(encoding);
			needle = native.bytesOf(value, n);
		} else if (types.isUint8Array(value)) {
			if (encoding !== undefined)
				n = numberOf(encoding) ?? 0;
			needle = value;
		} else {
			throw errors.argType('value', ['number', 'string',
				'Buffer', 'Uint8Array'], value);
		}
		if (from < 0)
			from += b.length;
		if (from < 0) {
			if (isLast)
				return -1;
			from = 0;
		}
		if (needle.length === 0)
			return Math.min(from, b.length);
		if (from >= b.length) {
			if (!isLast)
				return -1;
			from = b.length - 1;
		}
		return native.search(b, needle, from, isLast, n === 3 ? 2 : 1);
	}
	function swap(b, size) {
		if (b.length % size !== 0)
			throw errors.range('ERR_INVALID_BUFFER_SIZE',
			    `Buffer size must be a multiple of ${size * 8
			    }-bits`);
		for (let i = 0; i < b.length; i += size) {
			for (let j = 0; j < size / 2; j++) {
				const t = b[i + j];

				b[i + j] = b[i + size - 1 - j];
				b[i + size - 1 - j] = t;
			}
		}
		return b;
	}
	['utf8', 'latin1', 'ascii', 'ucs2', 'hex', 'base64', 'base64url']
	    .forEach((name, n) => {
		methods[name + 'Slice'] = function (start, end) {
			return textOf(this, n, start, end);
		};
		methods[name + 'Write'] = function (s, offset = 0,
		    length = this.length - offset) {
			if (offset < 0 || offset > this.length)
				throw errors.range('ERR_BUFFER_OUT_OF_BOUNDS',
				    '"offset" is outside of buffer bounds');
			if (length < 0 || length > this.length - offset)
				throw errors.range('ERR_BUFFER_OUT_OF_BOUNDS',
				    '"length" is outside of buffer bounds');
			return write(this, s, offset, length, n);
		};
	});

	/* --- numbers --- */
	function checkOffset(b, offset, size) {
		if (typeof offset !== 'number')
			throw errors.argType('offset', 'number', offset);
		if (!(offset >= 0 && offset + size <= b.length) ||
		    offset % 1 !== 0) {
			if (Math.floor(offset) !== offset)
				throw errors.outOfRange('offset', 'an integer',
				    offset);
			if (b.length - size < 0)
				throw errors.range('ERR_BUFFER_OUT_OF_BOUNDS',
				    'Attempt to access memory outside buffer ' +
				    'bounds');
			throw errors.outOfRange('offset',
			    `>= 0 && <= ${b.length - size}`, offset);
		}
	}
	function read(b, offset, size, isLittle) {
		let v = 0;

		if (isLittle)
			for (let i = size - 1; i >= 0; i--)
				v = v * 256 + b[offset + i];
		else
			for (let i = 0; i < size; i++)
				v = v * 256 + b[offset + i];
		return v;
	}
	function signed(v, size) {
		const half = 2 ** (8 * size - 1);

		return v >= half ? v - 2 * half : v;
	}
	function checkValue(v, min, max, size, name = 'value') {
		if (v > max || v < min) {
			const bits = size * 8;
			let range;

			if (size > 3)
				range = min === 0 ? `>= 0 and < 2 ** ${bits}` :
				    `>= -(2 ** ${bits - 1}) and < 2 ** ${bits -
				        1}`;
			else
				range = `>= ${min} and <= ${max}`;
			throw errors.outOfRange(name, range, v);
		}
	}
	function store(b, v, offset, size, isLittle, min, max) {
		v = +v;
		checkValue(v, min, max, size);
		checkOffset(b, offset, size);
		v = Math.trunc(v);
		if (v !== v)
			v = 0;
		if (v < 0)
			v += 2 ** (8 * size);
		for (let i = 0; i < size; i++) {
			b[isLittle ? offset + i : offset + size - 1 - i] =
			    v % 256;
			v = Math.floor(v / 256);
		}
		return offset + size;
	}
	function checkByteLength(size) {
		if (!Number.isInteger(size) || size < 1 || size > 6)
			throw errors.outOfRange('byteLength', '>= 1 && <= 6',
			    size);
	}
	function numberMethods(order, isLittle) {
		methods[`readUInt${order}`] = function (offset, size) {
			if (offset === undefined)
				throw errors.argType('offset', 'number',
				    offset);
			checkByteLength(size);
			checkOffset(this, offset, size);
			return read(this, offset, size, isLittle);
		};
		methods[`readInt${order}`] = function (offset, size) {
			if (offset === undefined)
				throw errors.argType('offset', 'number',
				    offset);
			checkByteLength(size);
			checkOffset(this, offset, size);
			return signed(read(this, offset, size, isLittle),
			    size);
		};
		methods[`writeUInt${order}`] = function (v, offset, size) {
			checkByteLength(size);
			return store(this, v, offset, size, isLittle, 0,
			    2 ** (8 * size) - 1);
		};
		methods[`writeInt${order}`] = function (v, offset, size) {
			checkByteLength(size);
			return store(this, v, offset, size, isLittle,
			    -(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1);
		};
		for (const size of [2, 4]) {
			const bits = size * 8, max = 2 ** bits;

			methods[`readUInt${bits}${order}`] = function (
			    offset = 0) {
				checkOffset(this, offset, size);
				return read(this, offset, size, isLittle);
			};
			methods[`readInt${bits}${order}`] = function (
			    offset = 0) {
				checkOffset(this, offset, size);
				return signed(read(this, offset, size,
				    isLittle), size);
			};
			methods[`writeUInt${bits}${order}`] = function (v,
			    offset = 0) {
				return store(this, v, offset, size, isLittle,
				    0, max - 1);
			};
			methods[`writeInt${bits}${order}`] = function (v,
			    offset = 0) {
				return store(this, v, offset, size, isLittle,
				    -max / 2, max / 2 - 1);
			};
		}
		wideMethods(order, isLittle);
	}
	function viewOf(b) {
		return new DataView(b.buffer, b.byteOffset, b.length);
	}
	/* Floats and 64-bit integers, through a DataView. */
	function wideMethods(order, isLittle) {
		for (const [name, size] of [['Float', 4], ['Double', 8]]) {
			const get = `getFloat${size * 8}`;
			const set = `setFloat${size * 8}`;

			methods[`read${name}${order}`] = function (offset = 0) {
				checkOffset(this, offset, size);
				return viewOf(this)[get](offset, isLittle);
			};
			methods[`write${name}${order}`] = function (v,
			    offset = 0) {
				checkOffset(this, offset, size);
				viewOf(this)[set](offset, +v, isLittle);
				return offset + size;
			};
		}
		for (const name of ['BigInt', 'BigUInt']) {
			const kind = name === 'BigInt' ? 'BigInt64' :
			    'BigUint64';

			methods[`read${name}64${order}`] = function (
			    offset = 0) {
				checkOffset(this, offset, 8);
				return viewOf(this)[`get${kind}`](offset,
				    isLittle);
			};
			methods[`write${name}64${order}`] = function (v,
			    offset = 0) {
				const half = BigInt(2) ** BigInt(63);
				const isOne = name === 'BigInt';

				if (typeof v !== 'bigint')
					throw new TypeError('Cannot mix BigInt ' +
					    'and other types, use explicit ' +
					    'conversions');
				if (v >= (isOne ? half : half + half) ||
				    v < (isOne ? -half : BigInt(0)))
					throw errors.outOfRange('value', isOne ?
					    '>= -(2n ** 63n) and < 2n ** 63n' :
					    '>= 0n and < 2n ** 64n', v);
				checkOffset(this, offset, 8);
				viewOf(this)[`set${kind}`](offset, v,
				    isLittle);
				return offset + 8;
			};
		}
	}
	methods.readUInt8 = function (offset = 0) {
		checkOffset(this, offset, 1);
		return this[offset];
	};
	methods.readInt8 = function (offset = 0) {
		checkOffset(this, offset, 1);
		return signed(this[offset], 1);
	};
	methods.writeUInt8 = function (v, offset = 0) {
		return store(this, v, offset, 1, true, 0, 255);
	};
	methods.writeInt8 = function (v, offset = 0) {
		return store(this, v, offset, 1, true, -128, 127);
	};
	numberMethods('LE', true);
	numberMethods('BE', false);
	for (const k of Object.keys(methods))
		if (k.includes('UInt'))
			methods[k.replace('UInt', 'Uint')] = methods[k];
	for (const k of Reflect.ownKeys(methods)) {
		if (typeof k === 'string' && methods[k].name === '')
			native.named(methods[k], k);
		native.value(Buffer.prototype, k, methods[k], true);
	}
	Object.defineProperties(Buffer.prototype, {
		parent: { get() {
			return this instanceof Buffer ? this.buffer :
			    undefined;
		}, enumerable: true },
		offset: { get() {
			return this instanceof Buffer ? this.byteOffset :
			    undefined;
		}, enumerable: true }
	});

	function isAscii(v) { return bytesFor(v).every((x) => x < 128); }
	function isUtf8(v) {
		try {
			new global.TextDecoder('utf-8', { fatal: true })
			    .decode(bytesFor(v));
			return true;
		} catch (e) {
			return false;
		}
	}
	function bytesFor(v) {
		if (ArrayBuffer.isView(v))
			return new Uint8Array(v.buffer, v.byteOffset,
			    v.byteLength);
		if (types.isAnyArrayBuffer(v))
			return new Uint8Array(v);
		throw errors.argType('input', ['ArrayBuffer', 'Buffer',
			'TypedArray'], v);
	}
	function transcode(source, from, to) {
		let a, b, text;

		if (!types.isUint8Array(source))
			throw errors.argType('source', ['Buffer',
				'Uint8Array'], source);
		a = numberOf(from);
		b = numberOf(to);
		if (a === undefined || b === undefined || a > 3 || b > 3) {
			const e = new Error('Unable to transcode Buffer ' +
			    '[U_ILLEGAL_ARGUMENT_ERROR]');

			e.code = 'U_ILLEGAL_ARGUMENT_ERROR';
			e.errno = 1;
			throw e;
		}
		if (a === 3 && source.length % 2 !== 0 ||
		    a === 0 && b === 3 && !isUtf8(source))
			throw new Error('Unable to transcode buffer');
		text = native.textOf(source, a, 0, source.length);
		if (b === 1 || b === 2)
			text = text.replace(b === 1 ? /[^\x00-\xff]/gu :
			    /[^\x00-\x7f]/gu, '?');
		return wrap(native.bytesOf(text, b));
	}
	function SlowBuffer(size) {
		checkSize(size);
		return Buffer.allocUnsafe(size);
	}

	return Object.defineProperty({
		Buffer,
		SlowBuffer,
		Blob: global.Blob,
		File: global.File,
		atob: global.atob,
		btoa: global.btoa,
		constants: { MAX_LENGTH: MAX, MAX_STRING_LENGTH: 536870888 },
		isAscii,
		isUtf8,
		kMaxLength: MAX,
		kStringMaxLength: 536870888,
		resolveObjectURL: () => undefined,
		transcode
	}, 'INSPECT_MAX_BYTES', {
		get() { return inspectMax; },
		set(v) {
			errors.number(v, 'INSPECT_MAX_BYTES', 0);
			inspectMax = v;
		},
		enumerable: true, configurable: true
	});
})
