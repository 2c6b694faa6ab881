/*
 * node:querystring.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const { Buffer } = require('buffer');

	function escape(s) {
		if (typeof s !== 'string')
			s = typeof s === 'object' ? String(s) : s + '';
		/* a lead surrogate goes with whatever follows */
		s = s.replace(/[\ud800-\udbff]([^\udc00-\udfff])/g,
		    (m, next) => String.fromCodePoint(0x10000 +
		        ((m.charCodeAt(0) & 0x3ff) << 10 |
		        next.charCodeAt(0) & 0x3ff)));
		try {
			return encodeURIComponent(s);
		} catch (e) {
			throw errors.withCode(new URIError('URI malformed'),
			    'ERR_INVALID_URI');
		}
	}
	function unescapeBuffer(s, decodeSpaces) {
		const bytes = [];

		for (let i = 0; i < s.length; i++) {
			const hex = s.slice(i + 1, i + 3);

			if (s[i] === '%' && /^[0-9a-f]{2}$/i.test(hex)) {
				bytes.push(parseInt(hex, 16));
				i += 2;
			} else {
				bytes.push(decodeSpaces && s[i] === '+' ? 32 :
				    s.charCodeAt(i));
			}
		}
		return Buffer.from(bytes);
	}
	function unescape(s) {
		try {
			return decodeURIComponent(s);
		} catch (e) {
			return unescapeBuffer(s).toString();
		}
	}
	function primitive(v) {
		switch (typeof v) {
		case 'string':
			return v;
		case 'number':
			return isFinite(v) ? String(v) : '';
		case 'bigint':
			return String(v);
		case 'boolean':
			return v ? 'true' : 'false';
		default:
			return '';
		}
	}
	function stringify(o, sep, eq, options) {
		const encode = typeof options?.encodeURIComponent ===
		    'function' ? options.encodeURIComponent : qs.escape;

		sep = sep || '&';
		eq = eq || '=';
		if (o === null || typeof o !== 'object')
			return '';
		return Object.keys(o).map((k) => {
			const left = encode(primitive(k)) + eq, v = o[k];

			return Array.isArray(v) ? v.map((x) => left +
			    encode(primitive(x))).join(sep) :
			    left + encode(primitive(v));
		}).filter((s) => s !== '').join(sep);
	}
	function decoded(s, decode) {
		s = s.replace(/\+/g, ' ');
		if (!/%/.test(s) && decode === unescape)
			return s;
		try {
			return decode(s);
		} catch (e) {
			return unescape(s);
		}
	}
	function parse(s, sep, eq, options) {
		const result = Object.create(null);
		const decode = typeof options?.decodeURIComponent ===
		    'function' ? options.decodeURIComponent : qs.unescape;
		let max = 1000, parts;

		if (typeof s !== 'string' || s.length === 0)
			return result;
		sep = sep ? String(sep) : '&';
		eq = eq ? String(eq) : '=';
		if (typeof options?.maxKeys === 'number')
			max = options.maxKeys > 0 ? options.maxKeys : Infinity;
		parts = s.split(sep);
		for (const part of parts) {
			let at, k, v;

			if (max-- <= 0)
				break;
			if (part === '')
				continue;
			at = part.indexOf(eq);
			k = decoded(at < 0 ? part : part.slice(0, at), decode);
			v = at < 0 ? '' : decoded(part.slice(at + eq.length),
			    decode);
			if (!(k in result))
				result[k] = v;
			else if (Array.isArray(result[k]))
				result[k].push(v);
			else
				result[k] = [result[k], v];
		}
		return result;
	}
	const qs = { unescapeBuffer, unescape, escape, stringify,
		encode: stringify, parse, decode: parse };

	return qs;
})
