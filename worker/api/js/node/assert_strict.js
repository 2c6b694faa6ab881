/*
 * node:assert/strict.
 */
(function (native, out, require) {
	'use strict';
	return require('assert').strict;
})
