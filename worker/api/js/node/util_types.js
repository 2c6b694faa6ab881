/*
 * node:util/types: what a value is, whatever it says of itself.
 */
(function (native, out, require) {
	'use strict';
	const classOf = out.classOf;
	const proto = Object.getPrototypeOf;
	const generators = [
		proto(function* () { }), proto(async function* () { })];
	const asyncs = [proto(async function () { }),
		proto(async function* () { })];
	const generatorProto = proto(proto(function* () { }).prototype);

	function succeeds(fn) {
		return function (v) {
			if (v === null || typeof v !== 'object')
				return false;
			try {
				fn(v);
				return true;
			} catch (e) {
				return false;
			}
		};
	}
	function getter(C, name) {
		const d = Object.getOwnPropertyDescriptor(C.prototype, name);

		return d && d.get ? (v) => d.get.call(v) : () => {
			throw new TypeError();
		};
	}
	function isView(v) { return ArrayBuffer.isView(v); }
	function ofKind(kind) { return (v) => native.kind(v) === kind; }
	function tagged(name) {
		return (v) => isView(v) && classOf(v) === name;
	}
	function boxed(C) {
		const isOne = succeeds((v) => C.prototype.valueOf.call(v));

		return (v) => typeof v === 'object' && isOne(v);
	}
	const sourceOf = getter(RegExp, 'source');
	const isNumberObject = boxed(Number), isStringObject = boxed(String);
	const isBooleanObject = boxed(Boolean);
	const isSymbolObject = boxed(Symbol), isBigIntObject = typeof BigInt ===
	    'function' ? boxed(BigInt) : () => false;
	const isArrayBuffer = (v) => native.kind(v) === 'bytes' &&
	    classOf(v) === 'ArrayBuffer';

	return {
		isExternal: () => false,
		isDate: succeeds((v) => Date.prototype.getTime.call(v)),
		isArgumentsObject: (v) => typeof v === 'object' && v !== null &&
		    !(Symbol.toStringTag in v) &&
		    Object.prototype.toString.call(v) === '[object Arguments]',
		isBigIntObject,
		isBooleanObject,
		isNumberObject,
		isStringObject,
		isSymbolObject,
		isBoxedPrimitive: (v) => isNumberObject(v) ||
		    isStringObject(v) || isBooleanObject(v) ||
		    isSymbolObject(v) || isBigIntObject(v),
		isNativeError: ofKind('error'),
		isRegExp: (v) => v !== RegExp.prototype && succeeds(sourceOf)(v),
		isAsyncFunction: (v) => typeof v === 'function' &&
		    asyncs.includes(proto(v)),
		isGeneratorFunction: (v) => typeof v === 'function' &&
		    generators.includes(proto(v)),
		isGeneratorObject: (v) => v !== null && typeof v === 'object' &&
		    Object.prototype.toString.call(v) === '[object Generator]' &&
		    v !== generatorProto,
		isPromise: ofKind('promise'),
		isMap: ofKind('map'),
		isSet: ofKind('set'),
		isMapIterator: (v) => Object.prototype.toString.call(v) ===
		    '[object Map Iterator]',
		isSetIterator: (v) => Object.prototype.toString.call(v) ===
		    '[object Set Iterator]',
		isWeakMap: succeeds((v) => WeakMap.prototype.has.call(v, {})),
		isWeakSet: succeeds((v) => WeakSet.prototype.has.call(v, {})),
		isArrayBuffer,
		isDataView: tagged('DataView'),
		isSharedArrayBuffer: () => false,
		isProxy: (v) => native.isProxy(v),
		isModuleNamespaceObject: (v) => v !== null &&
		    typeof v === 'object' &&
		    Object.prototype.toString.call(v) === '[object Module]',
		isAnyArrayBuffer: isArrayBuffer,
		isCryptoKey: (v) => typeof v === 'object' && v !== null &&
		    typeof native.global.CryptoKey === 'function' &&
		    v instanceof native.global.CryptoKey,
		isKeyObject: (v) => v !== null && typeof v === 'object' &&
		    typeof v.export === 'function' &&
		    v instanceof require('crypto').KeyObject,
		isEventTarget: (v) => v instanceof native.global.EventTarget,
		isArrayBufferView: isView,
		isTypedArray: (v) => isView(v) && classOf(v) !== 'DataView',
		isUint8Array: tagged('Uint8Array'),
		isUint8ClampedArray: tagged('Uint8ClampedArray'),
		isUint16Array: tagged('Uint16Array'),
		isUint32Array: tagged('Uint32Array'),
		isInt8Array: tagged('Int8Array'),
		isInt16Array: tagged('Int16Array'),
		isInt32Array: tagged('Int32Array'),
		isFloat32Array: tagged('Float32Array'),
		isFloat64Array: tagged('Float64Array'),
		isBigInt64Array: tagged('BigInt64Array'),
		isBigUint64Array: tagged('BigUint64Array')
	};
})
