/*
 * Errors with a code, as Node's modules throw them, and checks of arguments.
 */
(function (native, out, require) {
	'use strict';
	const $code = native.hidden('node.code');

	function article(s) {
		return (/^[aeiou]/i.test(s) ? 'an ' : 'a ') + s;
	}
	function received(v) {
		let s;

		if (v === undefined || v === null)
			return ` Received ${v}`;
		if (typeof v === 'function')
			return v.name === '' ? ' Received function ' :
			    ` Received function ${v.name}`;
		if (typeof v === 'object') {
			if (v.constructor && v.constructor.name)
				return ' Received an instance of ' +
				    v.constructor.name;
			return ' Received ' + out.inspect(v, { depth: -1 });
		}
		s = out.inspect(v, { colors: false });
		if (s.length > 28)
			s = s.slice(0, 25) + '...';
		return ` Received type ${typeof v} (${s})`;
	}
	/* "one of type string or an instance of Buffer": EXPECTED as Node's */
	function expectation(expected) {
		const types = [], classes = [], others = [];
		const parts = [];
		const kinds = ['string', 'function', 'number', 'object',
			'boolean', 'bigint', 'symbol'];

		for (const e of [].concat(expected)) {
			if (kinds.includes(e) || e === 'Function' ||
			    e === 'Object')
				types.push(e.toLowerCase());
			else if (/^[A-Z][A-Za-z0-9]*$/.test(e))
				classes.push(e);
			else
				others.push(e);
		}
		/* "object" is said as a class beside classes */
		if (classes.length > 0 && types.includes('object')) {
			types.splice(types.indexOf('object'), 1);
			classes.push('Object');
		}
		if (types.length > 0)
			parts.push((types.length > 1 ? 'one of type ' :
			    'of type ') + list(types));
		if (classes.length > 0)
			parts.push('an instance of ' + list(classes));
		if (others.length > 0) {
			if (others.length > 1)
				parts.push('one of ' + list(others));
			else
				parts.push((others[0].toLowerCase() !==
				    others[0] ? 'an ' : '') + others[0]);
		}
		return parts.length > 1 && types.length + classes.length +
		    others.length === 2 ? parts.join(' or ') :
		    parts.join(' or ');
	}
	function list(items) {
		if (items.length <= 2)
			return items.join(' or ');
		return items.slice(0, -1).join(', ') + ', or ' +
		    items[items.length - 1];
	}
	function withCode(error, code) {
		error.code = code;
		error[$code] = code;
		Object.defineProperty(error, 'toString', {
			value() {
				return `${this.name} [${code}]: ${this.message}`;
			},
			enumerable: false, configurable: true, writable: true
		});
		Object.defineProperty(error, 'stack', {
			value: String(error.stack).replace(
			    /^(\w+)(?: \[\w+\])?:/, `$1 [${code}]:`),
			enumerable: false, configurable: true, writable: true
		});
		return error;
	}
	function argName(name) {
		return name.endsWith(' argument') ? `The ${name} ` :
		    `The "${name}" ${name.includes('.') ? 'property' :
		        'argument'} `;
	}

	const errors = {
		received,
		withCode,
		type(code, message) {
			return withCode(new TypeError(message), code);
		},
		range(code, message) {
			return withCode(new RangeError(message), code);
		},
		error(code, message) {
			return withCode(new Error(message), code);
		},
		argType(name, expected, v) {
			return errors.type('ERR_INVALID_ARG_TYPE',
			    `${argName(name)}must be ${expectation(expected)}.` +
			    received(v));
		},
		argValue(name, v, reason = 'is invalid') {
			let s = out.inspect(v);

			if (s.length > 128)
				s = s.slice(0, 128) + '...';
			return errors.type('ERR_INVALID_ARG_VALUE',
			    `The ${name.includes('.') ? 'property' :
			        'argument'} '${name}' ${reason}. Received ${s}`);
		},
		outOfRange(name, range, v) {
			let s;

			if (Number.isInteger(v) && Math.abs(v) > 2 ** 32)
				s = separated(String(v));
			else if (typeof v === 'bigint')
				s = (v > 2n ** 32n || v < -(2n ** 32n) ?
				    separated(String(v)) : String(v)) + 'n';
			else
				s = out.inspect(v);
			return errors.range('ERR_OUT_OF_RANGE',
			    `The value of "${name}" is out of range. ` +
			    `It must be ${range}. Received ${s}`);
		},
		missing(...names) {
			const q = names.map((n) => Array.isArray(n) ?
			    n.map((x) => `"${x}"`).join(' or ') : `"${n}"`);

			return errors.type('ERR_MISSING_ARGS', 'The ' +
			    (q.length === 1 ? `${q[0]} argument` :
			        q.slice(0, -1).join(', ') + ' and ' +
			        q[q.length - 1] + ' arguments') +
			    ' must be specified');
		},
		notImplemented(what) {
			return errors.error('ERR_METHOD_NOT_IMPLEMENTED',
			    `The ${what} method is not implemented`);
		},

		/* checks */
		string(v, name) {
			if (typeof v !== 'string')
				throw errors.argType(name, 'string', v);
		},
		fn(v, name) {
			if (typeof v !== 'function')
				throw errors.argType(name, 'function', v);
		},
		object(v, name) {
			if (v === null || typeof v !== 'object' ||
			    Array.isArray(v))
				throw errors.argType(name, 'object', v);
		},
		boolean(v, name) {
			if (typeof v !== 'boolean')
				throw errors.argType(name, 'boolean', v);
		},
		array(v, name) {
			if (!Array.isArray(v))
				throw errors.argType(name, 'Array', v);
		},
		number(v, name, min, max) {
			if (typeof v !== 'number')
				throw errors.argType(name, 'number', v);
			if (v !== v || v < min || v > max)
				throw errors.outOfRange(name,
				    (min !== undefined ? `>= ${min}` : '') +
				    (min !== undefined && max !== undefined ?
				        ' && ' : '') +
				    (max !== undefined ? `<= ${max}` : ''), v);
		},
		integer(v, name, min = Number.MIN_SAFE_INTEGER,
		    max = Number.MAX_SAFE_INTEGER) {
			if (typeof v !== 'number')
				throw errors.argType(name, 'number', v);
			if (!Number.isInteger(v))
				throw errors.outOfRange(name, 'an integer', v);
			if (v < min || v > max)
				throw errors.outOfRange(name,
				    `>= ${min} && <= ${max}`, v);
		},
		oneOf(v, name, values) {
			if (!values.includes(v))
				throw errors.argValue(name, v, 'must be one of: ' +
				    values.map((x) => typeof x === 'string' ?
				        `'${x}'` : String(x)).join(', '));
		},
		signal(v, name) {
			if (v !== undefined && (v === null ||
			    typeof v !== 'object' || !('aborted' in v)))
				throw errors.argType(name, 'AbortSignal', v);
		}
	};
	function separated(s) {
		const sign = s[0] === '-' ? '-' : '';

		return sign + s.slice(sign.length)
		    .replace(/\B(?=(\d{3})+$)/g, '_');
	}
	errors.article = article;
	return errors;
})
