/*
 * node:url: the WHATWG classes, paths as URLs, and the parser from before.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const querystring = require('querystring');
	const { URL, URLSearchParams } = native.global;
	const slashed = new Set(['http:', 'https:', 'ftp:', 'gopher:', 'file:',
		'ws:', 'wss:']);

	function invalid(code, message) {
		return errors.type(code, message);
	}
	function fileURLToPath(url, options) {
		let path;

		if (typeof url === 'string')
			url = new URL(url);
		else if (!(url instanceof URL))
			throw errors.argType('path', ['string', 'URL'], url);
		if (url.protocol !== 'file:')
			throw invalid('ERR_INVALID_URL_SCHEME',
			    'The URL must be of scheme file');
		return options?.windows ? windowsPath(url) : posixPath(url);

		function posixPath(u) {
			if (u.hostname !== '')
				throw invalid('ERR_INVALID_FILE_URL_HOST',
				    'File URL host must be "localhost" or ' +
				    'empty on linux');
			path = u.pathname;
			if (/%2f/i.test(path))
				throw invalid('ERR_INVALID_FILE_URL_PATH',
				    'File URL path must not include encoded ' +
				    '/ characters');
			return decodeURIComponent(path);
		}
		function windowsPath(u) {
			path = u.pathname;
			if (/%2f|%5c/i.test(path))
				throw invalid('ERR_INVALID_FILE_URL_PATH',
				    'File URL path must not include encoded ' +
				    '\\ or / characters');
			path = decodeURIComponent(path.replace(/\//g, '\\'));
			if (u.hostname !== '')
				return `\\\\${domainToUnicode(u.hostname)}${
				    path}`;
			if (!/^\\[a-z]:/i.test(path))
				throw invalid('ERR_INVALID_FILE_URL_PATH',
				    'File URL path must be absolute');
			return path.slice(1);
		}
	}
	function pathToFileURL(path, options) {
		const paths = require('path');
		const p = options?.windows ? paths.win32 : paths.posix;
		let resolved, host = '', m;

		errors.string(path, 'path');
		if (options?.windows && path.startsWith('\\\\')) {
			m = /^\\\\(?:\?\\UNC\\)?([^\\]*)(\\[\s\S]*)?$/.exec(path);
			if (!m || m[2] === undefined)
				throw errors.argValue('path', path,
				    'Missing UNC resource path');
			if (m[1] === '')
				throw errors.argValue('path', path,
				    'Empty UNC servername');
			host = m[1];
			resolved = m[2];
		} else {
			resolved = p.resolve(path);
			if (/[\\/]$/.test(path) && !/[\\/]$/.test(resolved))
				resolved += p.sep;
		}
		resolved = resolved.replace(/%/g, '%25').replace(/\n/g, '%0A')
		    .replace(/\r/g, '%0D').replace(/\t/g, '%09')
		    .replace(/\?/g, '%3F').replace(/#/g, '%23');
		if (options?.windows)
			resolved = resolved.replace(/\\/g, '/');
		else
			resolved = resolved.replace(/\\/g, '%5C');
		return new URL(`file://${host}${resolved.startsWith('/') ? '' :
		    '/'}${resolved}`);
	}
	function domainToASCII(domain) {
		if (arguments.length < 1)
			throw errors.missing('domain');
		try {
			return new URL(`ws://${domain}`).hostname;
		} catch (e) {
			return '';
		}
	}
	function domainToUnicode(domain) {
		if (arguments.length < 1)
			throw errors.missing('domain');
		try {
			return native.toUnicode(new URL(`ws://${domain}`)
			    .hostname);
		} catch (e) {
			return '';
		}
	}
	function urlToHttpOptions(url) {
		const o = {
			__proto__: null,
			...url,
			protocol: url.protocol,
			hostname: url.hostname?.startsWith('[') ?
			    url.hostname.slice(1, -1) : url.hostname,
			hash: url.hash,
			search: url.search,
			pathname: url.pathname,
			path: `${url.pathname || ''}${url.search || ''}`,
			href: url.href
		};

		if (url.port !== '')
			o.port = Number(url.port);
		if (url.username || url.password)
			o.auth = `${decodeURIComponent(url.username)}:${
			    decodeURIComponent(url.password)}`;
		return o;
	}

	/* --- the parser from before --- */
	function Url() {
		this.protocol = this.slashes = this.auth = this.host =
		    this.port = this.hostname = this.hash = this.search =
		    this.query = this.pathname = this.path = this.href = null;
	}
	function escaped(s) {
		return s.replace(/[\t\n\r "'<>\\^`{|}]/g, (c) => '%' +
		    (c.charCodeAt(0) < 16 ? '0' : '') +
		    c.charCodeAt(0).toString(16).toUpperCase());
	}
	function parse(text, parseQuery, slashesDenoteHost) {
		const u = new Url();
		let rest, m, at;

		if (text instanceof Url)
			return text;
		errors.string(text, 'url');
		rest = text.trim();
		at = rest.search(/[?#]/);
		rest = at < 0 ? rest.replace(/\\/g, '/') :
		    rest.slice(0, at).replace(/\\/g, '/') + rest.slice(at);
		m = /^[a-z][a-z0-9.+-]*:/i.exec(rest);
		if (m !== null) {
			u.protocol = m[0].toLowerCase();
			rest = rest.slice(m[0].length);
		}
		if (u.protocol !== 'javascript:' && rest.startsWith('//') &&
		    (m !== null || slashesDenoteHost ||
		    /^\/\/[^@/]+@[^@/]+/.test(rest))) {
			u.slashes = true;
			rest = authority(u, rest.slice(2), text);
		} else if (u.protocol !== null && slashed.has(u.protocol) &&
		    !rest.startsWith('/')) {
			rest = authority(u, rest, text);
		}
		rest = u.protocol === 'javascript:' ? rest : escaped(rest);
		at = rest.indexOf('#');
		if (at >= 0) {
			u.hash = rest.slice(at);
			rest = rest.slice(0, at);
		}
		at = rest.indexOf('?');
		if (at >= 0) {
			u.search = rest.slice(at);
			u.query = rest.slice(at + 1);
			rest = rest.slice(0, at);
		}
		if (parseQuery) {
			u.search ??= '';
			u.query = querystring.parse(u.query ?? '');
		}
		if (rest !== '')
			u.pathname = rest;
		else if (slashed.has(u.protocol) && u.hostname)
			u.pathname = '/';
		if (u.pathname || u.search)
			u.path = (u.pathname || '') + (u.search || '');
		u.href = format(u);
		return u;
	}
	/* "user:pw@host:port/rest": what follows is returned. */
	function authority(u, rest, text) {
		let end = rest.search(/[/?#]/), host, at, m;

		if (end < 0)
			end = rest.length;
		host = rest.slice(0, end);
		at = host.lastIndexOf('@');
		if (at >= 0) {
			u.auth = decodeURIComponent(host.slice(0, at));
			host = host.slice(at + 1);
		}
		m = /^(.*?)(?::(\d*))?$/.exec(host);
		if (m[2])
			u.port = m[2];
		u.hostname = m[1].toLowerCase();
		if (/[\s<>^|{}"`]/.test(u.hostname) || u.hostname.length > 255)
			throw Object.assign(errors.type('ERR_INVALID_URL',
			    'Invalid URL'), { input: text });
		if (/[^\x00-\x7f]/.test(u.hostname))
			u.hostname = domainToASCII(u.hostname);
		u.host = u.hostname + (u.port ? `:${u.port}` : '');
		if (/^\[.*\]$/.test(u.hostname))
			u.hostname = u.hostname.slice(1, -1);
		return rest.slice(end);
	}
	function format(o, options) {
		if (typeof o === 'string')
			o = parse(o);
		else if (o instanceof URL)
			return formatUrl(o, options);
		else if (o === null || typeof o !== 'object')
			throw errors.argType('urlObject', ['Object', 'string'],
			    o);
		return formatOld(o);
	}
	function formatUrl(url, options = {}) {
		let s;

		errors.object(options, 'options');
		const { fragment = true, search = true, auth = true,
			unicode = false } = options;

		s = url.protocol;
		if (url.host !== '' || url.href.startsWith(`${s}//`))
			s += '//';
		if (auth && (url.username || url.password))
			s += url.username + (url.password ?
			    `:${url.password}` : '') + '@';
		s += unicode ? domainToUnicode(url.hostname) + (url.port ?
		    `:${url.port}` : '') : url.host;
		return s + url.pathname + (search ? url.search : '') +
		    (fragment ? url.hash : '');
	}
	function formatOld(o) {
		let protocol = o.protocol || '', host = '';
		let pathname = o.pathname || '', search, hash = o.hash || '';
		const auth = o.auth ? encodeURIComponent(o.auth)
		    .replace(/%3A/i, ':') + '@' : '';

		if (protocol && !protocol.endsWith(':'))
			protocol += ':';
		if (o.host)
			host = auth + o.host;
		else if (o.hostname)
			host = auth + (o.hostname.includes(':') &&
			    !o.hostname.startsWith('[') ? `[${o.hostname}]` :
			    o.hostname) + (o.port ? `:${o.port}` : '');
		search = o.search || (o.query !== null &&
		    typeof o.query === 'object' && Object.keys(o.query)
		        .length > 0 ? `?${querystring.stringify(o.query)}` :
		    '');
		if (search && !search.startsWith('?'))
			search = `?${search}`;
		if (hash && !hash.startsWith('#'))
			hash = `#${hash}`;
		if (o.slashes || slashed.has(protocol)) {
			if (o.slashes || host) {
				if (pathname && pathname[0] !== '/')
					pathname = `/${pathname}`;
				host = `//${host}`;
			} else if (protocol === 'file:') {
				host = '//';
			}
		}
		return protocol + host + pathname.replace(/[?#]/g,
		    encodeURIComponent) + search.replace(/#/g, '%23') + hash;
	}
	function resolve(from, to) {
		const base = new URL(from, 'resolve://resolve/');
		const result = new URL(to, base);

		if (result.protocol === 'resolve:')
			return (/^(?:\/|[?#])/.test(from) || /^\//.test(to) ?
			    result.pathname : result.pathname.slice(1)) +
			    result.search + result.hash;
		return result.href;
	}
	return {
		URL,
		URLPattern: native.global.URLPattern,
		URLSearchParams,
		Url,
		domainToASCII,
		domainToUnicode,
		fileURLToPath,
		fileURLToPathBuffer: (url, options) => require('buffer').Buffer
		    .from(fileURLToPath(url, options)),
		format,
		parse,
		pathToFileURL,
		resolve,
		resolveObject: (from, to) => parse(resolve(format(from), to)),
		urlToHttpOptions
	};
})
