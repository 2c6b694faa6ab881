/*
 * fetch() of data: URLs, and MIME types as far as these need them.
 */
(function (native, out) {
	'use strict';
	const { Response, atob } = native.global;
	const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

	/* A MIME type in its normal form, or undefined. */
	out.mimeType = (text) => {
		const [essence, ...rest] = split(text);
		const slash = essence.indexOf('/');
		const type = essence.slice(0, slash);
		const sub = essence.slice(slash + 1).trimEnd();
		const seen = new Map();
		let s;

		if (slash < 0 || !TOKEN.test(type) || !TOKEN.test(sub))
			return undefined;
		for (const p of rest) {
			const eq = p.indexOf('=');
			const name = p.slice(0, eq).trimStart().toLowerCase();
			let value = eq < 0 ? '' : p.slice(eq + 1);

			value = value[0] === '"' ? unquote(value) :
			    value.trimEnd();
			if (TOKEN.test(name) && !seen.has(name) &&
			    (value !== '' || p[eq + 1] === '"') &&
			    /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
				seen.set(name, value);
		}
		s = `${type}/${sub}`.toLowerCase();
		seen.forEach((value, name) => {
			s += `;${name}=${TOKEN.test(value) ? value :
			    `"${value.replace(/["\\]/g, '\\$&')}"`}`;
		});
		return s;
	};
	/* At semicolons that stand in no quotes. */
	function split(text) {
		const parts = [];
		let from = 0, quoted = false, i;

		for (i = 0; i < text.length; i++) {
			if (quoted && text[i] === '\\')
				i++;
			else if (text[i] === '"' && (quoted ||
			    text[i - 1] === '='))
				quoted = !quoted;
			else if (text[i] === ';' && !quoted) {
				parts.push(text.slice(from, i));
				from = i + 1;
			}
		}
		parts.push(text.slice(from));
		return parts;
	}
	function unquote(s) {
		const m = /^"((?:[^"\\]|\\.|\\$)*)/.exec(s);

		return m[1].replace(/\\(.)/g, '$1');
	}

	function hex(c) {
		return c >= 48 && c <= 57 ? c - 48 :
		    c >= 65 && c <= 70 ? c - 55 :
		    c >= 97 && c <= 102 ? c - 87 : -1;
	}
	/* Percent-decode: bytes of a URL's characters. */
	function decode(s) {
		const b = new Uint8Array(s.length);
		let n = 0;

		for (let i = 0; i < s.length; i++) {
			let c = s.charCodeAt(i);
			const hi = c === 37 ? hex(s.charCodeAt(i + 1)) : -1;
			const lo = hi >= 0 ? hex(s.charCodeAt(i + 2)) : -1;

			if (lo >= 0) {
				c = hi << 4 | lo;
				i += 2;
			}
			b[n++] = c;
		}
		return b.subarray(0, n);
	}
	function text(b) {
		const parts = [];

		for (let i = 0; i < b.length; i += 4096)
			parts.push(String.fromCharCode.apply(null,
			    b.subarray(i, i + 4096)));
		return parts.join('');
	}
	out.dataResponse = (href, method) => {
		const url = href.replace(/#.*$/s, '').slice(5);
		const comma = url.indexOf(',');
		let mime = url.slice(0, comma).trim(), body;

		if (comma < 0)
			throw new TypeError('Invalid data: URL.');
		body = decode(url.slice(comma + 1));
		if (/; *base64$/i.test(mime)) {
			mime = mime.replace(/; *base64$/i, '');
			try {
				const s = atob(text(body));

				body = new Uint8Array(s.length);
				for (let i = 0; i < s.length; i++)
					body[i] = s.charCodeAt(i);
			} catch (e) {
				throw new TypeError('Invalid data: URL: the ' +
				    'base64 is malformed.');
			}
		}
		if (mime[0] === ';')
			mime = `text/plain${mime}`;
		mime = out.mimeType(text(decode(mime))) ||
		    'text/plain;charset=US-ASCII';
		return new Response(method === 'HEAD' ? null : body,
		    { headers: { 'Content-Type': mime } });
	};
})
