/*
 * node:assert.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const types = require('util_types');
	const compare = require('compare');
	const LINES_MAX = 1000; /* of a difference */
	const SHORT = 12;
	const kinds = {
		partialDeepStrictEqual:
		    'Expected values to be partially and strictly deep-equal:',
		strictEqual: 'Expected values to be strictly equal:',
		deepStrictEqual: 'Expected values to be strictly deep-equal:',
		strictEqualObject:
		    'Expected "actual" to be reference-equal to "expected":',
		deepEqual: 'Expected values to be loosely deep-equal:',
		notStrictEqual:
		    'Expected "actual" to be strictly unequal to:',
		notStrictEqualObject: 'Expected "actual" not to be ' +
		    'reference-equal to "expected":',
		notDeepStrictEqual:
		    'Expected "actual" not to be strictly deep-equal to:',
		notDeepEqual:
		    'Expected "actual" not to be loosely deep-equal to:',
		notIdentical: 'Values identical but not reference-equal:',
		notDeepEqualUnequal: 'Expected values not to be loosely ' +
		    'deep-equal:'
	};

	function show(v) {
		return out.inspect(v, {
			compact: false, customInspect: false, depth: 1000,
			maxArrayLength: Infinity, showHidden: false,
			showProxy: false, sorted: true, getters: true
		});
	}
	/* The longest common subsequence of two lists of lines, bounded. */
	function difference(a, b) {
		const lines = [];
		let i = 0, j = 0, n = a.length, m = b.length, table, row;
		const tail = [];

		while (i < n && i < m && a[i] === b[i])
			lines.push('  ' + a[i++]);
		while (n > i && m > i && a[n - 1] === b[m - 1]) {
			tail.unshift('  ' + a[n - 1]);
			n--;
			m--;
		}
		if ((n - i) * (m - i) > LINES_MAX * LINES_MAX) {
			for (j = i; j < n; j++)
				lines.push('+ ' + a[j]);
			for (j = i; j < m; j++)
				lines.push('- ' + b[j]);
			return lines.concat(tail);
		}
		table = [];
		for (let x = n; x >= i; x--) {
			row = new Array(m - i + 1).fill(0);
			table[x - i] = row;
			for (let y = m - 1; x < n && y >= i; y--)
				row[y - i] = a[x] === b[y] ?
				    table[x - i + 1][y - i + 1] + 1 :
				    Math.max(table[x - i + 1][y - i],
				        row[y - i + 1]);
		}
		walk(lines, table, a, b, i, n, m);
		return lines.concat(tail);
	}
	function walk(lines, table, a, b, from, n, m) {
		let x = from, y = from;

		while (x < n || y < m) {
			if (x < n && y < m && a[x] === b[y]) {
				lines.push('  ' + a[x]);
				x++;
				y++;
			} else if (y >= m || x < n &&
			    table[x - from + 1][y - from] >=
			    table[x - from][y - from + 1]) {
				lines.push('+ ' + a[x++]);
			} else {
				lines.push('- ' + b[y++]);
			}
		}
	}
	function isObject(v) {
		return v !== null && (typeof v === 'object' ||
		    typeof v === 'function');
	}
	function unequal(actual, expected, operator) {
		const a = show(actual).split('\n');
		const b = show(expected).split('\n');
		let kind = operator;

		if (operator === 'strictEqual' && isObject(actual) &&
		    isObject(expected))
			kind = 'strictEqualObject';
		if (a.length === 1 && b.length === 1 && a[0] !== b[0] &&
		    a[0].length + b[0].length <= SHORT &&
		    (!isObject(actual) || !isObject(expected)) &&
		    (actual !== 0 || expected !== 0))
			return `${kinds[kind]}\n\n${a[0]} !== ${b[0]}\n`;
		if (a.join() === b.join() && kind === 'strictEqualObject')
			return `${kinds.notIdentical}\n\n${a.join('\n')}\n`;
		return `${kinds[kind]}\n+ actual - expected\n\n` +
		    cut(difference(a, b)).join('\n');
	}
	/* Long stretches without a difference are left out. */
	function cut(lines) {
		const keep = 2;
		const shown = [];
		let skipped = 0;

		if (lines.length < 20)
			return lines;
		lines.forEach((line, i) => {
			const near = lines.slice(Math.max(0, i - keep),
			    i + keep + 1).some((l) => l[0] !== ' ');

			if (near || i === 0 || i === lines.length - 1) {
				if (skipped > 0)
					shown.push('...');
				skipped = 0;
				shown.push(line);
			} else {
				skipped++;
			}
		});
		return shown;
	}
	function unwanted(actual, operator) {
		let kind = operator, text = show(actual);

		if (operator === 'notStrictEqual' && isObject(actual))
			kind = 'notStrictEqualObject';
		return text.includes('\n') ? `${kinds[kind]}\n\n${text}\n` :
		    `${kinds[kind]}${text.length > 5 ? '\n\n' : ' '}${text}` +
		    (text.length > 5 ? '\n' : '');
	}
	function messageOf(o) {
		switch (o.operator) {
		case 'strictEqual':
		case 'deepStrictEqual':
		case 'partialDeepStrictEqual':
			return unequal(o.actual, o.expected, o.operator);
		case 'notStrictEqual':
		case 'notDeepStrictEqual':
			return unwanted(o.actual, o.operator);
		case 'deepEqual':
			return `${kinds.deepEqual}\n\n${show(o.actual)}\n\n` +
			    `should loosely deep-equal\n\n${show(o.expected)}`;
		case 'notDeepEqual':
			return `${kinds.notDeepEqualUnequal}\n\n` +
			    `${show(o.actual)}\n\nshould not loosely ` +
			    `deep-equal\n\n${show(o.expected)}`;
		default:
			return `${out.inspect(o.actual)} ${o.operator} ` +
			    out.inspect(o.expected);
		}
	}

	class AssertionError extends Error {
		constructor(options) {
			errors.object(options, 'options');
			super(options.message != null ?
			    String(options.message) : messageOf(options));
			this.generatedMessage = options.message == null ||
			    !!options.generated;
			this.code = 'ERR_ASSERTION';
			this.actual = options.actual;
			this.expected = options.expected;
			this.operator = options.operator;
			Object.defineProperty(this, 'name', {
				value: 'AssertionError', enumerable: false,
				writable: true, configurable: true
			});
			Object.defineProperty(this, 'stack', {
				value: String(this.stack).replace(
				    /^\w*Error(?: \[ERR_ASSERTION\])?/,
				    'AssertionError [ERR_ASSERTION]'),
				enumerable: false, writable: true,
				configurable: true
			});
		}
		toString() {
			return `${this.name} [${this.code}]: ${this.message}`;
		}
	}
	function fail(options) {
		if (options.message instanceof Error)
			throw options.message;
		throw new AssertionError(options);
	}
	function need(args, ...names) {
		if (args < names.length)
			throw errors.missing(...names);
	}
	function checkTruth(n, value, message) {
		if (value)
			return;
		if (n === 0)
			message = 'No value argument passed to `assert.ok()`';
		fail({ actual: value, expected: true, message: message == null ?
		    'The expression evaluated to a falsy value' : message,
		    operator: '==', generated: message == null || n === 0 });
	}

	function assert(...args) {
		checkTruth(args.length, ...args);
	}
	assert.ok = function ok(...args) {
		checkTruth(args.length, ...args);
	};
	/* Each takes (actual, expected, message). */
	function comparison(operator, test) {
		const f = function (actual, expected, message) {
			need(arguments.length, 'actual', 'expected');
			if (!test(actual, expected))
				fail({ actual, expected, message,
					operator });
		};

		return f;
	}
	const { deepEqual, deepStrictEqual } = compare;

	assert.equal = comparison('==',
	    (a, b) => a == b || (a !== a && b !== b));
	assert.notEqual = comparison('!=',
	    (a, b) => !(a == b || (a !== a && b !== b)));
	assert.deepEqual = comparison('deepEqual', deepEqual);
	assert.notDeepEqual = comparison('notDeepEqual',
	    (a, b) => !deepEqual(a, b));
	assert.deepStrictEqual = comparison('deepStrictEqual',
	    deepStrictEqual);
	assert.notDeepStrictEqual = comparison('notDeepStrictEqual',
	    (a, b) => !deepStrictEqual(a, b));
	assert.strictEqual = comparison('strictEqual', Object.is);
	assert.notStrictEqual = comparison('notStrictEqual',
	    (a, b) => !Object.is(a, b));
	assert.partialDeepStrictEqual = comparison('partialDeepStrictEqual',
	    compare.partialDeepEqual);
	for (const k of Object.keys(assert))
		native.named(assert[k], k);
	assert.AssertionError = AssertionError;
	assert.fail = function fail_(message) {
		if (message instanceof Error)
			throw message;
		throw new AssertionError({
			message: message === undefined ? 'Failed' : message,
			operator: 'fail', generated: message === undefined
		});
	};
	native.named(assert.fail, 'fail');
	assert.ifError = function ifError(value) {
		let e;

		if (value === null || value === undefined)
			return;
		e = new AssertionError({
			actual: value, expected: null, operator: 'ifError',
			message: 'ifError got unwanted exception: ' +
			    (isObject(value) && typeof value.message ===
			        'string' ? (value.message.length === 0 &&
			            value.constructor ? value.constructor.name :
			            value.message) : out.inspect(value)),
			generated: true
		});
		throw e;
	};

	/* --- what throws --- */
	function checkProperty(actual, expected, key, message, keys, fn) {
		if (key in actual && (typeof actual[key] === 'string' &&
		    types.isRegExp(expected[key]) ?
		    expected[key].exec(actual[key]) !== null :
		    deepStrictEqual(actual[key], expected[key])))
			return;
		if (message instanceof Error)
			throw message;
		if (message === undefined) {
			const a = {}, b = {};

			for (const k of keys) {
				if (k in actual)
					a[k] = actual[k];
				b[k] = typeof actual[k] === 'string' &&
				    types.isRegExp(expected[k]) &&
				    expected[k].exec(actual[k]) !== null ?
				    actual[k] : expected[k];
			}
			const e = new AssertionError({ actual: a, expected: b,
				operator: 'deepStrictEqual' });

			e.actual = actual;
			e.expected = expected;
			e.operator = fn.name;
			throw e;
		}
		throw new AssertionError({ actual, expected, message,
			operator: fn.name });
	}
	function checkObject(actual, expected, message, fn) {
		const keys = Object.keys(expected);

		if (!isObject(actual))
			throw new AssertionError({ actual, expected, message,
				operator: fn.name });
		if (expected instanceof Error)
			keys.push('name', 'message');
		else if (keys.length === 0)
			throw errors.argValue('error', expected,
			    'may not be an empty object');
		for (const k of keys)
			checkProperty(actual, expected, k, message, keys, fn);
	}
	function checkThrown(actual, expected, message, fn) {
		let text, generated = false;

		if (typeof expected !== 'function') {
			if (!types.isRegExp(expected)) {
				checkObject(actual, expected, message, fn);
				return;
			}
			if (expected.exec(String(actual)) !== null)
				return;
			text = 'The input did not match the regular ' +
			    `expression ${out.inspect(expected)}. Input:\n\n` +
			    `${out.inspect(String(actual))}\n`;
		} else if (expected.prototype !== undefined &&
		    actual instanceof expected) {
			return;
		} else if (Object.prototype.isPrototypeOf.call(Error,
		    expected) || expected === Error) {
			text = 'The error is expected to be an instance of ' +
			    `"${expected.name}". Received `;
			text += actual instanceof Error ?
			    `"${actual.name}"\n\nError message:\n\n` +
			    actual.message : out.inspect(actual, { depth: -1 });
		} else {
			const result = Reflect.apply(expected, {}, [actual]);

			if (result === true)
				return;
			text = `The ${expected.name ? `"${expected.name}" ` :
			    ''}validation function is expected to return ` +
			    `"true". Received ${out.inspect(result)}`;
			if (actual instanceof Error)
				text += `\n\nCaught error:\n\n${actual}`;
		}
		if (message instanceof Error)
			throw message;
		if (message === undefined)
			generated = true;
		const e = new AssertionError({ actual, expected, message:
		    message === undefined ? text : message,
		    operator: fn.name, generated });

		throw e;
	}
	const nothing = {};

	function caught(fn) {
		errors.fn(fn, 'fn');
		try {
			fn();
		} catch (e) {
			return e;
		}
		return nothing;
	}
	async function awaited(fn) {
		let p = fn;

		if (typeof fn === 'function') {
			p = fn();
			if (!isObject(p) || typeof p.then !== 'function')
				throw errors.type('ERR_INVALID_RETURN_VALUE',
				    'Expected instance of Promise to be ' +
				    'returned from the "promiseFn" function ' +
				    `but got ${p === null ||
				        typeof p !== 'object' ?
				        `type ${typeof p}` :
				        `an instance of ${p.constructor.name}`
				    }.`);
		} else if (!isObject(fn) || typeof fn.then !== 'function') {
			throw errors.argType('promiseFn',
			    ['Function', 'Promise'], fn);
		}
		try {
			await p;
		} catch (e) {
			return e;
		}
		return nothing;
	}
	function expectError(fn, actual, args) {
		let [expected, message] = args;

		if (typeof expected === 'string') {
			if (args.length > 1)
				throw errors.argType('error', ['Object',
					'Error', 'Function', 'RegExp'],
				    expected);
			if (isObject(actual) && actual !== nothing ?
			    actual.message === expected : actual === expected)
				throw errors.type('ERR_AMBIGUOUS_ARGUMENT',
				    'The "error/message" argument is ' +
				    'ambiguous. The error ' +
				    (isObject(actual) ?
				        `message "${actual.message}"` :
				        `"${actual}"`) +
				    ' is identical to the message.');
			message = expected;
			expected = undefined;
		} else if (expected != null && typeof expected !== 'object' &&
		    typeof expected !== 'function') {
			throw errors.argType('error', ['Object', 'Error',
				'Function', 'RegExp'], expected);
		}
		if (actual === nothing) {
			const what = fn.name === 'rejects' ? 'rejection' :
			    'exception';

			fail({ actual: undefined, expected, operator: fn.name,
				generated: message === undefined,
				message: message instanceof Error ? message :
				    `Missing expected ${what}` + (expected &&
				        expected.name ? ` (${expected.name})` :
				        '') + (message ? `: ${message}` : '.') });
		}
		if (expected !== undefined && expected !== null)
			checkThrown(actual, expected, message, fn);
	}
	function matchesError(actual, expected) {
		if (expected === undefined)
			return true;
		if (typeof expected !== 'function') {
			if (types.isRegExp(expected))
				return expected.exec(String(actual)) !== null;
			throw errors.argType('expected',
			    ['Function', 'RegExp'], expected);
		}
		if (expected.prototype !== undefined &&
		    actual instanceof expected)
			return true;
		if (Object.prototype.isPrototypeOf.call(Error, expected))
			return false;
		return Reflect.apply(expected, {}, [actual]) === true;
	}
	function expectNone(fn, actual, args) {
		let [expected, message] = args;

		if (actual === nothing)
			return;
		if (typeof expected === 'string') {
			message = expected;
			expected = undefined;
		}
		if (!expected || matchesError(actual, expected))
			fail({ actual, expected, operator: fn.name,
				generated: message === undefined,
				message: message instanceof Error ? message :
				    `Got unwanted ${fn.name === 'doesNotReject' ?
				        'rejection' : 'exception'}` +
				    (message ? `: ${message}` : '.') +
				    `\nActual message: "${actual &&
				        actual.message}"` });
		throw actual;
	}
	assert.throws = function throws(fn, ...args) {
		expectError(throws, caught(fn), args);
	};
	assert.rejects = async function rejects(fn, ...args) {
		expectError(rejects, await awaited(fn), args);
	};
	assert.doesNotThrow = function doesNotThrow(fn, ...args) {
		expectNone(doesNotThrow, caught(fn), args);
	};
	assert.doesNotReject = async function doesNotReject(fn, ...args) {
		expectNone(doesNotReject, await awaited(fn), args);
	};

	function matching(string, regexp, message, fn, wanted) {
		const isString = typeof string === 'string';

		if (!types.isRegExp(regexp))
			throw errors.argType('regexp', 'RegExp', regexp);
		if (isString && (regexp.exec(string) !== null) === wanted)
			return;
		fail({ actual: string, expected: regexp, operator: fn.name,
			generated: message === undefined,
			message: message !== undefined ? message : !isString ?
			    'The "string" argument must be of type string.' +
			    ` Received type ${typeof string} (${
			        out.inspect(string)})` :
			    (wanted ? 'The input did not match the regular ' +
			        'expression ' : 'The input was expected to ' +
			        'not match the regular expression ') +
			    `${out.inspect(regexp)}. Input:\n\n${
			        out.inspect(string)}\n` });
	}
	assert.match = function match(string, regexp, message) {
		matching(string, regexp, message, match, true);
	};
	assert.doesNotMatch = function doesNotMatch(string, regexp, message) {
		matching(string, regexp, message, doesNotMatch, false);
	};

	function strict(...args) {
		checkTruth(args.length, ...args);
	}
	assert.strict = Object.assign(strict, assert, {
		equal: assert.strictEqual,
		deepEqual: assert.deepStrictEqual,
		notEqual: assert.notStrictEqual,
		notDeepEqual: assert.notDeepStrictEqual
	});
	strict.strict = strict;
	return assert;
})
