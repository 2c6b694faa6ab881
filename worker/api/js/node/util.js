/*
 * node:util. Its inspect() and format() are console's.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const types = require('util_types');
	const compare = require('compare');
	const custom = Symbol.for('nodejs.util.promisify.custom');
	const global = native.global;
	const microtask = global.queueMicrotask;

	function promisify(original) {
		errors.fn(original, 'original');
		if (original[custom]) {
			const fn = original[custom];

			errors.fn(fn, 'util.promisify.custom');
			return Object.defineProperty(fn, custom, {
				value: fn, configurable: true
			});
		}
		function fn(...args) {
			return new Promise((resolve, reject) => {
				original.call(this, ...args, (err, value) => {
					if (err)
						reject(err);
					else
						resolve(value);
				});
			});
		}
		Object.setPrototypeOf(fn, Object.getPrototypeOf(original));
		Object.defineProperty(fn, custom, {
			value: fn, configurable: true
		});
		for (const k of Object.getOwnPropertyNames(original)) {
			if (k === 'prototype' || k === 'arguments' ||
			    k === 'caller')
				continue;
			try {
				Object.defineProperty(fn, k, Object
				    .getOwnPropertyDescriptor(original, k));
			} catch (e) {
				/* what is fixed stays */
			}
		}
		return fn;
	}
	promisify.custom = custom;

	function callbackify(original) {
		errors.fn(original, 'original');
		function callbackified(...args) {
			const callback = args.pop();

			errors.fn(callback, 'last argument');
			Reflect.apply(original, this, args).then(
			    (value) => microtask(() => callback(null,
			        value)),
			    (reason) => microtask(() => {
				if (!reason) {
					const e = errors.error(
					    'ERR_FALSY_VALUE_REJECTION',
					    'Promise was rejected with falsy ' +
					    'value');

					e.reason = reason;
					reason = e;
				}
				callback(reason);
			    }));
		}
		const d = Object.getOwnPropertyDescriptors(original);

		if (typeof d.length.value === 'number')
			d.length.value++;
		if (typeof d.name.value === 'string')
			d.name.value += 'Callbackified';
		delete d.prototype;
		delete d.arguments;
		delete d.caller;
		Object.defineProperties(callbackified, d);
		return callbackified;
	}
	function inherits(ctor, superCtor) {
		errors.fn(ctor, 'ctor');
		if (superCtor === null || superCtor === undefined)
			throw errors.argType('superCtor', 'function',
			    superCtor);
		if (superCtor.prototype === undefined)
			throw errors.argType('superCtor.prototype', 'object',
			    superCtor.prototype);
		Object.defineProperty(ctor, 'super_', {
			value: superCtor, writable: true, configurable: true
		});
		Object.setPrototypeOf(ctor.prototype, superCtor.prototype);
	}
	const told = new Set();

	function deprecate(fn, message, code) {
		let warned = false;

		errors.fn(fn, 'fn');
		if (code !== undefined)
			errors.string(code, 'code');
		function deprecated(...args) {
			if (!warned) {
				warned = true;
				if (code === undefined || !told.has(code)) {
					told.add(code);
					native.log(2, '(node) ' + (code ?
					    `[${code}] ` : '') +
					    `DeprecationWarning: ${message}`);
				}
			}
			return new.target ? Reflect.construct(fn, args,
			    new.target) : Reflect.apply(fn, this, args);
		}
		Object.setPrototypeOf(deprecated, fn);
		if (fn.prototype)
			deprecated.prototype = fn.prototype;
		return deprecated;
	}
	function debuglog() {
		const log = () => { };

		log.enabled = false;
		return log;
	}
	function format(...args) {
		return out.format(args);
	}
	function formatWithOptions(options, ...args) {
		errors.object(options, 'inspectOptions');
		return out.format(args, options);
	}
	/* Escape sequences: CSI and OSC, by their grammar. */
	function stripVTControlCharacters(s) {
		errors.string(s, 'str');
		return s.replace(
		    /[\x1b\x9b](?:\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|[[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g,
		    '');
	}
	function toUSVString(s) {
		return native.wellFormed(String(s));
	}
	function styleText(format_, text, options) {
		let left = '', right = '';

		errors.string(text, 'text');
		if (options !== undefined) {
			errors.object(options, 'options');
			if (options.stream !== undefined &&
			    options.validateStream !== false &&
			    typeof options.stream?.write !== 'function')
				throw errors.argType('options.stream',
				    ['ReadableStream', 'WritableStream',
					'Stream'], options.stream);
		}
		for (const name of [].concat(format_)) {
			const codes = out.inspect.colors[name];

			if (codes === undefined)
				errors.oneOf(name, 'format',
				    Object.keys(out.inspect.colors));
			left += `\x1b[${codes[0]}m`;
			right = `\x1b[${codes[1]}m` + right;
		}
		return left + text + right;
	}
	async function aborted(signal, resource) {
		if (signal === undefined)
			throw errors.argType('signal', 'AbortSignal', signal);
		if (!(signal instanceof global.AbortSignal))
			throw errors.argType('signal', 'AbortSignal', signal);
		if (resource === null || typeof resource !== 'object' &&
		    typeof resource !== 'function')
			throw errors.argType('resource', 'object', resource);
		return signal.aborted ? undefined :
		    new Promise((resolve) => signal.addEventListener('abort',
		        () => resolve(), { once: true }));
	}
	const systemErrors = new Map([
		[-7, ['E2BIG', 'argument list too long']],
		[-13, ['EACCES', 'permission denied']],
		[-98, ['EADDRINUSE', 'address already in use']],
		[-11, ['EAGAIN', 'resource temporarily unavailable']],
		[-9, ['EBADF', 'bad file descriptor']],
		[-111, ['ECONNREFUSED', 'connection refused']],
		[-104, ['ECONNRESET', 'connection reset by peer']],
		[-17, ['EEXIST', 'file already exists']],
		[-22, ['EINVAL', 'invalid argument']],
		[-5, ['EIO', 'i/o error']],
		[-21, ['EISDIR', 'illegal operation on a directory']],
		[-24, ['EMFILE', 'too many open files']],
		[-2, ['ENOENT', 'no such file or directory']],
		[-12, ['ENOMEM', 'not enough memory']],
		[-28, ['ENOSPC', 'no space left on device']],
		[-20, ['ENOTDIR', 'not a directory']],
		[-39, ['ENOTEMPTY', 'directory not empty']],
		[-1, ['EPERM', 'operation not permitted']],
		[-32, ['EPIPE', 'broken pipe']],
		[-110, ['ETIMEDOUT', 'connection timed out']]
	]);

	function systemError(n, which) {
		errors.number(n, 'err');
		if (n >= 0 || !Number.isSafeInteger(n))
			throw errors.outOfRange('err', 'a negative integer', n);
		return systemErrors.has(n) ? systemErrors.get(n)[which] :
		    `Unknown system error ${n}`;
	}
	/* The text of a .env file as an object. */
	function parseEnv(content) {
		const result = {};
		const line = /^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*("(?:[^"])*"|'[^']*'|`[^`]*`|[^#\n]*)/gm;
		let m;

		errors.string(content, 'content');
		content = content.replace(/\r\n?/g, '\n');
		while ((m = line.exec(content)) !== null) {
			let v = m[2].trim();
			const quote = v[0];

			if (v.length > 1 && `"'\``.includes(quote) &&
			    v.endsWith(quote)) {
				v = v.slice(1, -1);
				if (quote === '"')
					v = v.replace(/\\n/g, '\n');
			}
			result[m[1]] = v;
		}
		return result;
	}
	function getCallSites() {
		return [];
	}
	function isError(v) {
		return types.isNativeError(v) || v instanceof Error;
	}

	/* --- parseArgs --- */
	function optionOf(options, letter) {
		return Object.keys(options).find(
		    (k) => options[k].short === letter);
	}
	function argError(code, message) {
		return errors.type('ERR_PARSE_ARGS_' + code, message);
	}
	/* ARGS as tokens: options, positionals and the terminator. */
	function tokensOf(args, options) {
		const tokens = [];

		for (let i = 0; i < args.length; i++) {
			const arg = args[i], at = i;

			if (arg === '--') {
				tokens.push({ kind: 'option-terminator',
					index: at });
				for (i++; i < args.length; i++)
					tokens.push({ kind: 'positional',
						index: i, value: args[i] });
			} else if (arg.startsWith('--') && arg.length > 2) {
				const eq = arg.indexOf('=');
				const name = arg.slice(2, eq < 0 ? undefined :
				    eq);
				let value = eq < 0 ? undefined :
				    arg.slice(eq + 1), inline = eq < 0 ?
				    undefined : true;

				if (eq < 0 && options[name]?.type === 'string' &&
				    i + 1 < args.length) {
					value = args[++i];
					inline = false;
				}
				tokens.push({ kind: 'option', name,
					rawName: '--' + name, index: at, value,
					inlineValue: inline });
			} else if (arg.startsWith('-') && arg.length > 1) {
				i = shortTokens(tokens, args, i, options);
			} else {
				tokens.push({ kind: 'positional', index: at,
					value: arg });
			}
		}
		return tokens;
	}
	/* "-abc", "-ovalue", "-o value"; returns the last index used */
	function shortTokens(tokens, args, i, options) {
		const arg = args[i], at = i;

		for (let j = 1; j < arg.length; j++) {
			const letter = arg[j];
			const name = optionOf(options, letter) ?? letter;
			const token = { kind: 'option', name,
				rawName: '-' + letter, index: at,
				value: undefined, inlineValue: undefined };

			tokens.push(token);
			if (options[name]?.type !== 'string')
				continue;
			if (j + 1 < arg.length) {
				token.value = arg.slice(j + 1);
				token.inlineValue = true;
			} else if (i + 1 < args.length) {
				token.value = args[++i];
				token.inlineValue = false;
			}
			break;
		}
		return i;
	}
	function checkOption(token, options, allowNegative) {
		const o = options[token.name];
		const shown = o && o.short ? `-${o.short}, --${token.name}` :
		    `--${token.name}`;

		if (o === undefined) {
			if (allowNegative && token.name.startsWith('no-') &&
			    options[token.name.slice(3)]?.type === 'boolean')
				return;
			throw argError('UNKNOWN_OPTION',
			    `Unknown option '${token.rawName}'`);
		}
		if (o.type === 'string' && typeof token.value !== 'string')
			throw argError('INVALID_OPTION_VALUE', `Option '${shown
			    } <value>' argument missing`);
		if (o.type === 'boolean' && token.value !== undefined)
			throw argError('INVALID_OPTION_VALUE',
			    `Option '${shown}' does not take an argument`);
	}
	function checkOptions(options) {
		for (const [name, o] of Object.entries(options)) {
			errors.object(o, `options.${name}`);
			errors.oneOf(o.type, `options.${name}.type`,
			    ['string', 'boolean']);
			if (o.short !== undefined) {
				errors.string(o.short, `options.${name}.short`);
				if (o.short.length !== 1)
					throw errors.argValue(
					    `options.${name}.short`, o.short,
					    'must be a single character');
			}
			if (o.multiple !== undefined)
				errors.boolean(o.multiple,
				    `options.${name}.multiple`);
		}
	}
	function parseArgs(config = {}) {
		const strict = config.strict ?? true, options = config.options ??
		    {};
		const args = config.args ?? [];
		const allowPositionals = config.allowPositionals ?? !strict;
		const values = Object.create(null), positionals = [];
		let tokens;

		errors.array(args, 'args');
		errors.boolean(strict, 'strict');
		errors.object(options, 'options');
		checkOptions(options);
		tokens = tokensOf(args, options);
		for (const t of tokens) {
			if (t.kind === 'positional') {
				if (!allowPositionals)
					throw argError('UNEXPECTED_POSITIONAL',
					    `Unexpected argument '${t.value
					    }'. This command does not take ` +
					    'positional arguments');
				positionals.push(t.value);
			} else if (t.kind === 'option') {
				storeOption(values, t, options, strict,
				    config.allowNegative);
			}
		}
		for (const [name, o] of Object.entries(options))
			if (o.default !== undefined &&
			    values[name] === undefined)
				values[name] = o.default;
		return config.tokens ? { values, positionals, tokens } :
		    { values, positionals };
	}
	function storeOption(values, t, options, strict, allowNegative) {
		let name = t.name, value = t.value ?? true;

		if (strict)
			checkOption(t, options, allowNegative);
		if (name === '__proto__')
			return;
		if (allowNegative && name.startsWith('no-') &&
		    options[name] === undefined) {
			name = name.slice(3);
			value = false;
		}
		if (options[name]?.multiple)
			(values[name] ??= []).push(value);
		else
			values[name] = value;
	}

	/* "3 Jan 12:00:00 - text" */
	function log(...args) {
		const d = new Date(), two = (n) => String(n).padStart(2, '0');
		const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul',
			'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][d.getMonth()];

		global.console.log('%s - %s', `${d.getDate()} ${month} ${
		    two(d.getHours())}:${two(d.getMinutes())}:${
		    two(d.getSeconds())}`, format(...args));
	}
	const util = {
		aborted,
		log,
		callbackify,
		debug: debuglog,
		debuglog,
		deprecate,
		format,
		formatWithOptions,
		getCallSite: getCallSites,
		getCallSites,
		getSystemErrorMap: () => new Map(systemErrors),
		getSystemErrorMessage: (n) => systemError(n, 1),
		getSystemErrorName: (n) => systemError(n, 0),
		inherits,
		inspect: out.inspect,
		isArray: Array.isArray,
		isDeepStrictEqual: compare.deepStrictEqual,
		parseArgs,
		parseEnv,
		promisify,
		stripVTControlCharacters,
		styleText,
		toUSVString,
		TextDecoder: global.TextDecoder,
		TextEncoder: global.TextEncoder,
		types,
		isBoolean: (v) => typeof v === 'boolean',
		isBuffer: (v) => require('buffer').Buffer.isBuffer(v),
		isDate: types.isDate,
		isError,
		isFunction: (v) => typeof v === 'function',
		isNull: (v) => v === null,
		isNullOrUndefined: (v) => v === null || v === undefined,
		isNumber: (v) => typeof v === 'number',
		isObject: (v) => v !== null && typeof v === 'object',
		isPrimitive: (v) => v === null || typeof v !== 'object' &&
		    typeof v !== 'function',
		isRegExp: types.isRegExp,
		isString: (v) => typeof v === 'string',
		isSymbol: (v) => typeof v === 'symbol',
		isUndefined: (v) => v === undefined,
		transferableAbortController: () =>
		    new global.AbortController(),
		transferableAbortSignal: (s) => s,
		_errnoException() {
			throw errors.notImplemented('_errnoException');
		},
		_exceptionWithHostPort() {
			throw errors.notImplemented('_exceptionWithHostPort');
		},
		_extend(target, source) {
			return source !== null && typeof source === 'object' ?
			    Object.assign(target, source) : target;
		}
	};
	return util;
})
