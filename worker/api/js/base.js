/*
 * What the other embedded scripts stand on: classes from object literals.
 */
(function (native, out) {
	'use strict';
	var global = native.global;
	var tag = Symbol.toStringTag;

	function copy(to, from, enumerable) {
		Object.getOwnPropertyNames(from).forEach(function (k) {
			var d = Object.getOwnPropertyDescriptor(from, k);

			d.enumerable = enumerable;
			d.configurable = true;
			if ('value' in d)
				d.writable = true;
			if (typeof d.value === 'function' &&
			    d.value.name === '')
				native.named(d.value, k);
			/* `get x() {}` of a literal is named "x" */
			if (d.get)
				native.named(d.get, 'get ' + k);
			if (d.set)
				native.named(d.set, 'set ' + k);
			Object.defineProperty(to, k, d);
		});
	}

	/*
	 * Make C a class with the members of the literals, as Web IDL wants
	 * it: enumerable members, a tag, the length of its required arguments.
	 */
	out.define = function (C, members, statics, parent, length) {
		if (parent) {
			Object.setPrototypeOf(C, parent);
			Object.setPrototypeOf(C.prototype, parent.prototype);
		}
		Object.defineProperty(C, 'prototype', { writable: false });
		copy(C.prototype, members, true);
		if (statics)
			copy(C, statics, true);
		if (tag)
			Object.defineProperty(C.prototype, tag, {
				value: C.name, configurable: true
			});
		native.value(C, 'length', length, true);
		return C;
	};
	out.members = function (o, members) {
		copy(o, members, true);
	};
	out.iteratorPrototype = (function () {
		var it = Symbol.iterator && [][Symbol.iterator];

		return it ? Object.getPrototypeOf(
		    Object.getPrototypeOf([][Symbol.iterator]())) :
		    Object.prototype;
	})();
	/* For async iteration; engines that have it share the prototype. */
	out.asyncIteratorPrototype = native.asyncIteratorPrototype ||
	    Object.prototype;
	out.merge = function (a, b) {
		Object.getOwnPropertyNames(b).forEach(function (k) {
			Object.defineProperty(a, k,
			    Object.getOwnPropertyDescriptor(b, k));
		});
		return a;
	};
	out.globals = function (o) {
		copy(global, o, false);
	};
	out.functions = function (o) {
		copy(global, o, true);
	};
})
