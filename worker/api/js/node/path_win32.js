/*
 * node:path/win32.
 */
(function (native, out, require) {
	'use strict';
	return require('path').win32;
})
