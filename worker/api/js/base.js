/*
 * What the other embedded scripts stand on: classes from object literals.
 */
(function (native, out) {
	'use strict';
	var global = native.global;

	/*
	 * native.define(C, members, statics, parent, length): make C a class
	 * with the members of the literals, as Web IDL wants it: enumerable
	 * members, a tag, the length of its required arguments.
	 */
	out.define = native.define;
	out.members = function (o, members) {
		native.members(o, members, true);
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
	out.merge = native.merge;
	out.globals = function (o) {
		native.members(global, o, false);
	};
	/* Of a script in lazy/: what the worker has set or deleted stays so. */
	out.lazyGlobals = function (o) {
		var left = {};

		Object.getOwnPropertyNames(o).forEach(function (k) {
			var d = Object.getOwnPropertyDescriptor(global, k);

			if (d !== undefined && d.get !== undefined)
				left[k] = o[k];
		});
		native.members(global, left, false);
	};
	out.functions = function (o) {
		native.members(global, o, true);
	};
})
