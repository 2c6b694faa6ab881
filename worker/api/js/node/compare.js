/*
 * Are two values deeply equal? What node:assert and node:util ask.
 */
(function (native, out, require) {
	'use strict';
	const types = require('util_types');
	const hasOwn = Object.prototype.hasOwnProperty;
	const isEnum = Object.prototype.propertyIsEnumerable;
	const getProto = Object.getPrototypeOf;

	function enumerableSymbols(o) {
		return Object.getOwnPropertySymbols(o).filter(
		    (s) => isEnum.call(o, s));
	}
	function isIndex(k) { return /^(?:0|[1-9]\d{0,9})$/.test(k); }
	function sameBytes(a, b) {
		const x = bytes(a), y = bytes(b);

		if (x.length !== y.length)
			return false;
		for (let i = 0; i < x.length; i++)
			if (x[i] !== y[i])
				return false;
		return true;
	}
	function bytes(v) {
		return ArrayBuffer.isView(v) ?
		    new Uint8Array(v.buffer, v.byteOffset, v.byteLength) :
		    new Uint8Array(v);
	}
	/* Of an object that is a number, string, boolean, symbol or bigint. */
	function unboxed(v) {
		for (const C of [Number, String, Boolean, Symbol, BigInt]) {
			try {
				return C.prototype.valueOf.call(v);
			} catch (e) {
				/* is another */
			}
		}
		return undefined;
	}
	function loosely(a, b) {
		return a === null || typeof a !== 'object' ?
		    (b === null || typeof b !== 'object') &&
		    /* eslint eqeqeq is not asked here: the loose one is meant */
		    (a == b || (a !== a && b !== b)) : false;
	}
	function Comparison(strict) {
		this.strict = strict;
		this.left = [];
		this.right = [];
	}
	Comparison.prototype.same = function (a, b) {
		if (a === b)
			return a !== 0 || !this.strict || Object.is(a, b);
		if (this.strict) {
			if (typeof a !== 'object')
				return typeof a === 'number' && a !== a &&
				    b !== b;
			if (typeof b !== 'object' || a === null || b === null)
				return false;
			if (getProto(a) !== getProto(b))
				return false;
		} else {
			if (a === null || typeof a !== 'object' ||
			    b === null || typeof b !== 'object')
				return loosely(a, b);
		}
		return this.objects(a, b);
	};
	Comparison.prototype.objects = function (a, b) {
		const tag = Object.prototype.toString.call(a);

		if (tag !== Object.prototype.toString.call(b))
			return false;
		if (Array.isArray(a) !== Array.isArray(b))
			return false;
		if (Array.isArray(a))
			return a.length === b.length && this.nested(a, b, true);
		if (!this.sameKind(a, b, tag))
			return false;
		return this.nested(a, b, types.isTypedArray(a));
	};
	/* What an object is besides its properties. */
	Comparison.prototype.sameKind = function (a, b, tag) {
		if (types.isDate(a))
			return types.isDate(b) && Object.is(
			    Date.prototype.getTime.call(a),
			    Date.prototype.getTime.call(b));
		if (types.isRegExp(a))
			return types.isRegExp(b) && a.source === b.source &&
			    a.flags === b.flags && a.lastIndex === b.lastIndex;
		if (types.isNativeError(a) || a instanceof Error)
			return (types.isNativeError(b) || b instanceof Error) &&
			    a.message === b.message && a.name === b.name &&
			    this.sameHidden(a, b, 'cause') &&
			    this.sameHidden(a, b, 'errors');
		if (ArrayBuffer.isView(a)) {
			if (!ArrayBuffer.isView(b))
				return false;
			if (!this.strict && /Float/.test(tag))
				return a.length === b.length &&
				    Array.prototype.every.call(a,
				        (x, i) => x === b[i]);
			return sameBytes(a, b);
		}
		if (types.isSet(a))
			return types.isSet(b) && a.size === b.size;
		if (types.isMap(a))
			return types.isMap(b) && a.size === b.size;
		if (types.isArrayBuffer(a))
			return types.isArrayBuffer(b) && sameBytes(a, b);
		if (types.isBoxedPrimitive(a))
			return types.isBoxedPrimitive(b) &&
			    Object.is(unboxed(a), unboxed(b));
		if (ArrayBuffer.isView(b) || types.isSet(b) || types.isMap(b) ||
		    types.isDate(b) || types.isRegExp(b) ||
		    types.isArrayBuffer(b) || types.isNativeError(b) ||
		    types.isBoxedPrimitive(b))
			return false;
		return a instanceof native.global.URL ?
		    b instanceof native.global.URL && a.href === b.href :
		    !(types.isWeakMap(a) || types.isWeakSet(a) ||
		        types.isPromise(a));
	};
	Comparison.prototype.sameHidden = function (a, b, k) {
		const has = hasOwn.call(a, k);

		return has === hasOwn.call(b, k) &&
		    (!has || this.same(a[k], b[k]));
	};
	Comparison.prototype.keysOf = function (o, skipIndexes) {
		let keys = Object.keys(o);

		if (skipIndexes)
			keys = keys.filter((k) => !isIndex(k));
		return this.strict ? keys.concat(enumerableSymbols(o)) : keys;
	};
	Comparison.prototype.nested = function (a, b, isList) {
		let i, result;
		const ka = this.keysOf(a, isList), kb = this.keysOf(b, isList);

		if (ka.length !== kb.length)
			return false;
		for (const k of ka)
			if (!isEnum.call(b, k))
				return false;
		i = this.left.indexOf(a);
		if (i >= 0)
			return this.right[i] === b;
		if (this.right.indexOf(b) >= 0)
			return false;
		this.left.push(a);
		this.right.push(b);
		result = this.contents(a, b) && ka.every(
		    (k) => this.same(a[k], b[k]));
		this.left.pop();
		this.right.pop();
		return result;
	};
	Comparison.prototype.contents = function (a, b) {
		if (Array.isArray(a)) {
			for (let i = 0; i < a.length; i++) {
				if (hasOwn.call(a, i) !== hasOwn.call(b, i) &&
				    this.strict)
					return false;
				if (!this.same(a[i], b[i]))
					return false;
			}
			return true;
		}
		if (types.isSet(a))
			return this.sets(a, b);
		if (types.isMap(a))
			return this.maps(a, b);
		return true;
	};
	Comparison.prototype.take = function (list, test) {
		for (let i = 0; i < list.length; i++) {
			if (test(list[i])) {
				list.splice(i, 1);
				return true;
			}
		}
		return false;
	};
	function isSimple(v, strict) {
		return strict ? v === null || typeof v !== 'object' :
		    typeof v === 'symbol' || typeof v === 'function';
	}
	Comparison.prototype.sets = function (a, b) {
		const mine = [], theirs = [];

		for (const v of a) {
			if (b.has(v))
				continue;
			if (isSimple(v, this.strict))
				return false;
			mine.push(v);
		}
		for (const v of b)
			if (!a.has(v))
				theirs.push(v);
		return mine.length === theirs.length && mine.every(
		    (v) => this.take(theirs, (w) => this.same(v, w)));
	};
	Comparison.prototype.maps = function (a, b) {
		const mine = [], theirs = [];

		for (const [k, v] of a) {
			if (b.has(k) && this.same(v, b.get(k)))
				continue;
			if (b.has(k) && isSimple(k, true) && this.strict ||
			    isSimple(k, this.strict))
				return false;
			mine.push([k, v]);
		}
		for (const [k, v] of b)
			if (!a.has(k) || !this.same(a.get(k), v))
				theirs.push([k, v]);
		return mine.length === theirs.length && mine.every(
		    (p) => this.take(theirs, (q) => this.same(p[0], q[0]) &&
		        this.same(p[1], q[1])));
	};

	/* Is all of B in A? Lists and sets may have more, in order. */
	function partial(a, b, seen) {
		if (b === null || typeof b !== 'object' || a === null ||
		    typeof a !== 'object')
			return Object.is(a, b);
		if (a === b || seen.get(b) === a)
			return true;
		if (getProto(a) !== getProto(b))
			return false;
		seen.set(b, a);
		if (types.isMap(b))
			return [...b].every(([k, v]) => a.has(k) &&
			    partial(a.get(k), v, seen));
		if (types.isSet(b)) {
			const left = [...a];

			return [...b].every((v) => {
				const at = left.findIndex((x) => partial(x, v,
				    seen));

				if (at >= 0)
					left.splice(at, 1);
				return at >= 0;
			});
		}
		if (Array.isArray(b)) {
			let at = 0;

			return b.every((v) => {
				while (at < a.length && !partial(a[at], v,
				    seen))
					at++;
				return at++ < a.length;
			});
		}
		if (types.isRegExp(b) || types.isDate(b) ||
		    ArrayBuffer.isView(b) || types.isAnyArrayBuffer(b) ||
		    types.isBoxedPrimitive(b))
			return new Comparison(true).same(a, b);
		if (types.isNativeError(b) && (a.message !== b.message ||
		    a.name !== b.name))
			return false;
		return Object.keys(b).concat(enumerableSymbols(b)).every(
		    (k) => hasOwn.call(a, k) && partial(a[k], b[k], seen));
	}

	return {
		partialDeepEqual: (a, b) => partial(a, b, new Map()),
		deepEqual: (a, b) => new Comparison(false).same(a, b),
		deepStrictEqual: (a, b) => new Comparison(true).same(a, b)
	};
})
