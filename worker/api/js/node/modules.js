/*
 * From what a module returns to what `import` sees: its properties by name,
 * and all of it as the default.
 */
(function (native, out, require) {
	'use strict';

	return function (exports, specifier) {
		const names = { 'default': exports };

		Object.keys(exports).forEach((k) => {
			if (k !== 'default')
				names[k] = exports[k];
		});
		return names;
	};
})
