/*
 * URLPattern, by its standard; the names of its algorithms are kept,
 * shortened. Run when the class is first asked for.
 */
(function (native, out) {
	'use strict';
	const global = native.global;
	const NativeURL = global.URL, NativeRegExp = global.RegExp;
	const exec = NativeRegExp.prototype.exec;
	const $P = native.hidden('pattern');
	const PARTS = ['protocol', 'username', 'password', 'hostname', 'port',
		'pathname', 'search', 'hash'];
	const SPECIAL = { http: '80', https: '443', ws: '80', wss: '443',
		ftp: '21', file: '' };
	const INPUT_MAX = 65536;
	const TOKENS_MAX = 16384;
	const NAME_START = /[$_\p{ID_Start}]/u;
	const NAME_PART = /[$_\u200c\u200d\p{ID_Continue}]/u;

	function fail(text) {
		throw new TypeError(`URLPattern: ${text}`);
	}
	function test(re, s) {
		return native.apply(exec, re, [s]) !== null;
	}
	function isName(c, first) {
		return test(first ? NAME_START : NAME_PART, c);
	}
	function isSpecial(protocol) {
		return Object.prototype.hasOwnProperty.call(SPECIAL, protocol);
	}
	/* The code points of a string, each a string. */
	function points(s) {
		const list = [];
		let i = 0;

		while (i < s.length) {
			const lead = s.charCodeAt(i);
			const n = lead >= 0xd800 && lead <= 0xdbff ? 2 : 1;

			list.push(s.slice(i, i + n));
			i += n;
		}
		return list;
	}

	/* --- tokens --- */
	function tokenize(input, lenient) {
		const cp = points(input), tokens = [];
		let i = 0;

		function add(type, next, from, to) {
			if (tokens.length >= TOKENS_MAX)
				fail('the pattern is too long');
			tokens.push({ type, index: i,
				value: cp.slice(from, to).join('') });
			i = next;
		}
		function bad(next, from) {
			if (!lenient)
				fail(`the pattern is invalid at "${
				    cp.slice(i, i + 16).join('')}"`);
			add('invalid-char', next, from, next);
		}
		/* The end of the group that opens at i, or -1. */
		function group() {
			let at = i + 1, depth = 1;

			while (at < cp.length) {
				const c = cp[at];

				if (c > '\x7f' || (at === i + 1 && c === '?'))
					return -1;
				if (c === '\\') {
					if (at === cp.length - 1 ||
					    cp[at + 1] > '\x7f')
						return -1;
					at += 2;
					continue;
				}
				if (c === ')' && --depth === 0)
					return at === i + 1 ? -1 : at + 1;
				if (c === '(') {
					depth++;
					if (cp[at + 1] !== '?')
						return -1;
				}
				at++;
			}
			return -1;
		}
		while (i < cp.length) {
			const c = cp[i];
			let at;

			if (c === '*') {
				add('asterisk', i + 1, i, i + 1);
			} else if (c === '+' || c === '?') {
				add('other-modifier', i + 1, i, i + 1);
			} else if (c === '\\') {
				if (i === cp.length - 1)
					bad(i + 1, i);
				else
					add('escaped-char', i + 2, i + 1,
					    i + 2);
			} else if (c === '{') {
				add('open', i + 1, i, i + 1);
			} else if (c === '}') {
				add('close', i + 1, i, i + 1);
			} else if (c === ':') {
				at = i + 1;
				while (at < cp.length &&
				    isName(cp[at], at === i + 1))
					at++;
				if (at === i + 1)
					bad(i + 1, i);
				else
					add('name', at, i + 1, at);
			} else if (c === '(') {
				at = group();
				if (at < 0)
					bad(i + 1, i);
				else
					add('regexp', at, i + 1, at - 1);
			} else {
				add('char', i + 1, i, i + 1);
			}
		}
		add('end', i, i, i);
		return tokens;
	}

	/* --- pattern strings --- */
	const DEFAULT = { delimiter: '', prefix: '' };
	const HOST = { delimiter: '.', prefix: '' };
	const PATH = { delimiter: '/', prefix: '/' };

	function escapeRegExp(s) {
		return s.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&');
	}
	function escapePattern(s) {
		return s.replace(/[+*?:{}()\\]/g, '\\$&');
	}
	function wildcard(options) {
		return `[^${escapeRegExp(options.delimiter)}]+?`;
	}

	function parsePattern(input, options, encode) {
		const tokens = tokenize(input, false), parts = [];
		const segment = wildcard(options), names = Object.create(null);
		let i = 0, pending = '', numeric = 0;

		function take(type) {
			return tokens[i].type === type ? tokens[i++] : null;
		}
		function takeGroup(name) {
			return take('regexp') ||
			    (name === null ? take('asterisk') : null);
		}
		function takeText() {
			let s = '', t;

			while ((t = take('char') || take('escaped-char')))
				s += t.value;
			return s;
		}
		function takeModifier() {
			const t = take('other-modifier') || take('asterisk');

			return t === null ? '' : t.value;
		}
		function require(type) {
			return take(type) || fail(`"${tokens[i].value}" is ` +
			    'not expected there');
		}
		function flush() {
			if (pending === '')
				return;
			parts.push({ type: 'fixed', value: encode(pending),
				modifier: '' });
			pending = '';
		}
		function add(prefix, name, group, suffix, modifier) {
			let type = 'regexp', value, key;

			if (name === null && group === null &&
			    modifier === '') {
				pending += prefix;
				return;
			}
			flush();
			if (name === null && group === null) {
				if (prefix !== '')
					parts.push({ type: 'fixed',
						value: encode(prefix),
						modifier });
				return;
			}
			value = group === null ? segment :
			    group.type === 'asterisk' ? '.*' : group.value;
			if (value === segment) {
				type = 'segment';
				value = '';
			} else if (value === '.*') {
				type = 'full';
				value = '';
			}
			key = name !== null ? name.value : String(numeric++);
			if (names[key])
				fail(`the name "${key}" is there twice`);
			names[key] = true;
			parts.push({ type, value, modifier, name: key,
				prefix: encode(prefix),
				suffix: encode(suffix) });
		}
		while (i < tokens.length) {
			const c = take('char');
			let name = take('name'), group = takeGroup(name);
			let prefix, fixed, suffix;

			if (name !== null || group !== null) {
				prefix = c === null ? '' : c.value;
				if (prefix !== options.prefix) {
					pending += prefix;
					prefix = '';
				}
				flush();
				add(prefix, name, group, '', takeModifier());
				continue;
			}
			fixed = c || take('escaped-char');
			if (fixed !== null) {
				pending += fixed.value;
				continue;
			}
			if (take('open') !== null) {
				prefix = takeText();
				name = take('name');
				group = takeGroup(name);
				suffix = takeText();
				require('close');
				add(prefix, name, group, suffix,
				    takeModifier());
				continue;
			}
			flush();
			require('end');
		}
		return parts;
	}

	function groupSource(p, options) {
		return p.type === 'segment' ? wildcard(options) :
		    p.type === 'full' ? '.*' : p.value;
	}
	/* { source, names } of the regular expression */
	function toRegExp(parts, options) {
		const names = [];
		let s = '^';

		for (const p of parts) {
			let v, before, after;

			if (p.type === 'fixed') {
				v = escapeRegExp(p.value);
				s += p.modifier === '' ? v :
				    `(?:${v})${p.modifier}`;
				continue;
			}
			names.push(p.name);
			v = groupSource(p, options);
			before = escapeRegExp(p.prefix);
			after = escapeRegExp(p.suffix);
			const once = p.modifier === '' || p.modifier === '?';

			if (before === '' && after === '')
				s += once ? `(${v})${p.modifier}` :
				    `((?:${v})${p.modifier})`;
			else if (once)
				s += `(?:${before}(${v})${after})${p.modifier}`;
			else
				s += `(?:${before}((?:${v})(?:${after}${before
				    }(?:${v}))*)${after})${
				    p.modifier === '*' ? '?' : ''}`;
		}
		return { source: `${s}$`, names };
	}
	function isDigit(c) {
		return c >= '0' && c <= '9';
	}
	function needsGroup(parts, i, options, custom) {
		const p = parts[i], next = parts[i + 1], last = parts[i - 1];

		if (p.suffix !== '' ||
		    (p.prefix !== '' && p.prefix !== options.prefix))
			return true;
		if (custom && p.type === 'segment' && p.modifier === '' &&
		    next !== undefined &&
		    (next.type === 'fixed' ||
		    (next.prefix === '' && next.suffix === ''))) {
			if (next.type === 'fixed' ?
			    next.modifier === '' &&
			    isName(points(next.value)[0], false) :
			    isDigit(next.name[0]))
				return true;
		}
		return p.prefix === '' && last !== undefined &&
		    last.type === 'fixed' && options.prefix !== '' &&
		    last.value[last.value.length - 1] === options.prefix;
	}
	/* The pattern string that a component shows. */
	function toPattern(parts, options) {
		let s = '';

		parts.forEach((p, i) => {
			const last = parts[i - 1];

			if (p.type === 'fixed') {
				s += p.modifier === '' ?
				    escapePattern(p.value) :
				    `{${escapePattern(p.value)}}${p.modifier}`;
				return;
			}
			const custom = !isDigit(p.name[0]);
			const grouped = needsGroup(parts, i, options, custom);

			if (grouped)
				s += '{';
			s += escapePattern(p.prefix);
			if (custom)
				s += `:${p.name}`;
			if (p.type === 'regexp')
				s += `(${p.value})`;
			else if (p.type === 'segment' && !custom)
				s += `(${wildcard(options)})`;
			else if (p.type === 'full')
				s += !custom && (last === undefined ||
				    last.type === 'fixed' ||
				    last.modifier !== '' || grouped ||
				    p.prefix !== '') ? '*' : '(.*)';
			if (p.type === 'segment' && custom &&
			    p.suffix !== '' &&
			    isName(points(p.suffix)[0], false))
				s += '\\';
			s += escapePattern(p.suffix);
			if (grouped)
				s += '}';
			s += p.modifier;
		});
		return s;
	}

	/* --- canonical forms --- */
	function canonProtocol(v) {
		if (v === '')
			return v;
		if (!/^[A-Za-z][A-Za-z0-9+\-.]*$/.test(v))
			fail(`"${v}" is not a protocol`);
		return v.toLowerCase();
	}
	/* The part of a URL that a setter has given a value. */
	function through(part, v, base) {
		const u = new NativeURL(base || 'fake://dummy.test');

		u[part] = v;
		return u[part];
	}
	function canonUsername(v) {
		return v === '' ? v : through('username', v);
	}
	function canonPassword(v) {
		return v === '' ? v : through('password', v);
	}
	function canonHost(v, special) {
		const base = special ? 'https://dummy.test' : undefined;
		let got;

		if (v === '')
			return v;
		got = through('hostname', v, base);
		if (got === 'dummy.test' && v.toLowerCase() !== got)
			fail(`"${v}" is not a hostname`);
		return got;
	}
	function canonIPv6(v) {
		if (!/^[0-9a-fA-F[\]:]*$/.test(v))
			fail(`"${v}" is not an IPv6 address`);
		return v.toLowerCase();
	}
	function canonPort(v, protocol) {
		let digits;

		v = v.replace(/[\t\n\r]/g, '');
		if (v === '')
			return v;
		/* as a URL's setter: what follows the digits is left out */
		digits = native.apply(exec, /^[0-9]+/, [v]);
		if (digits === null || Number(digits[0]) > 65535)
			fail(`"${v}" is not a port`);
		v = String(Number(digits[0]));
		return protocol !== undefined && isSpecial(protocol) &&
		    SPECIAL[protocol] === v ? '' : v;
	}
	function canonPath(v) {
		if (v === '')
			return v;
		if (v[0] === '/')
			return through('pathname', v);
		return through('pathname', `/-${v}`).slice(2);
	}
	function canonOpaquePath(v) {
		return native.encodeC0(v.replace(/[\t\n\r]/g, ''));
	}
	function canonSearch(v) {
		return v === '' ? v : through('search', `?${v}`).slice(1);
	}
	function canonHash(v) {
		return v === '' ? v : through('hash', `#${v}`).slice(1);
	}

	/* --- components --- */
	function compile(input, encode, options, ignoreCase) {
		const parts = parsePattern(input, options, encode);
		const { source, names } = toRegExp(parts, options);
		let re;

		try {
			re = new NativeRegExp(source, ignoreCase ? 'vi' : 'v');
		} catch (e) {
			fail(`"${input}": ${e.message}`);
		}
		return { re, names, pattern: toPattern(parts, options),
			hasGroups: parts.some((p) => p.type === 'regexp') };
	}
	function matchesSpecial(component) {
		return Object.keys(SPECIAL).some((s) => test(component.re, s));
	}
	function isIPv6(s) {
		return s.length >= 2 && (s[0] === '[' ||
		    ((s[0] === '{' || s[0] === '\\') && s[1] === '['));
	}

	/* --- constructor strings --- */
	function Parser(input) {
		this.points = points(input);
		this.tokens = tokenize(input, true);
		this.result = {};
		this.start = 0;
		this.at = 0;
		this.step = 1;
		this.depth = 0;
		this.brackets = 0;
		this.special = false;
		this.state = 'init';
	}
	Parser.prototype = Object.create(null);
	Parser.prototype.token = function (i) {
		return this.tokens[Math.min(i, this.tokens.length - 1)];
	};
	Parser.prototype.isChar = function (i, c) {
		const t = this.token(i);

		return t.value === c && (t.type === 'char' ||
		    t.type === 'escaped-char' || t.type === 'invalid-char');
	};
	Parser.prototype.is = function (c) {
		return this.isChar(this.at, c);
	};
	Parser.prototype.isSearch = function () {
		if (this.is('?'))
			return true;
		if (this.tokens[this.at].value !== '?')
			return false;
		if (this.at === 0)
			return true;
		return !['name', 'regexp', 'close', 'asterisk'].includes(
		    this.token(this.at - 1).type);
	};
	Parser.prototype.component = function () {
		return this.points.slice(this.token(this.start).index,
		    this.tokens[this.at].index).join('');
	};
	Parser.prototype.rewind = function (state) {
		this.at = this.start;
		this.step = 0;
		this.state = state;
	};
	/* State and what it defaults to when the string has gone past it. */
	Parser.prototype.change = function (state, skip) {
		const r = this.result, from = PARTS.indexOf(this.state);
		const to = PARTS.indexOf(state);
		const past = (part) => (this.state === 'authority' ||
		    (from >= 0 && from < PARTS.indexOf(part))) &&
		    to > PARTS.indexOf(part) && r[part] === undefined;

		if (from >= 0)
			r[this.state] = this.component();
		if (this.state !== 'init' && state !== 'done') {
			if (past('hostname'))
				r.hostname = '';
			if (past('pathname'))
				r.pathname = this.special ? '/' : '';
			if (past('search'))
				r.search = '';
		}
		this.state = state;
		this.at += skip;
		this.start = this.at;
		this.step = 0;
	};
	/* What comes after the host, the port or the path. */
	Parser.prototype.after = function (withPath) {
		if (withPath && this.is('/'))
			this.change('pathname', 0);
		else if (this.isSearch())
			this.change('search', 1);
		else if (this.is('#'))
			this.change('hash', 1);
	};
	Parser.prototype.protocol = function () {
		let component, next = 'pathname', skip = 1;

		if (!this.is(':'))
			return;
		component = compile(this.component(), canonProtocol, DEFAULT,
		    false);
		this.special = matchesSpecial(component);
		if (this.isChar(this.at + 1, '/') &&
		    this.isChar(this.at + 2, '/')) {
			next = 'authority';
			skip = 3;
		} else if (this.special) {
			next = 'authority';
		}
		this.change(next, skip);
	};
	Parser.prototype.advance = function () {
		switch (this.state) {
		case 'init':
			if (this.is(':'))
				this.rewind('protocol');
			break;
		case 'protocol':
			this.protocol();
			break;
		case 'authority':
			if (this.is('@'))
				this.rewind('username');
			else if (this.is('/') || this.isSearch() ||
			    this.is('#'))
				this.rewind('hostname');
			break;
		case 'username':
			if (this.is(':'))
				this.change('password', 1);
			else if (this.is('@'))
				this.change('hostname', 1);
			break;
		case 'password':
			if (this.is('@'))
				this.change('hostname', 1);
			break;
		case 'hostname':
			if (this.is('['))
				this.brackets++;
			else if (this.is(']'))
				this.brackets--;
			else if (this.is(':') && this.brackets === 0)
				this.change('port', 1);
			else
				this.after(true);
			break;
		case 'port':
			this.after(true);
			break;
		case 'pathname':
			this.after(false);
			break;
		case 'search':
			if (this.is('#'))
				this.change('hash', 1);
			break;
		}
	};
	/* At the end of the tokens: true when all is done. */
	Parser.prototype.finish = function () {
		if (this.state === 'init') {
			this.rewind('init');
			if (this.is('#'))
				this.change('hash', 1);
			else if (this.isSearch())
				this.change('search', 1);
			else
				this.change('pathname', 0);
			return false;
		}
		if (this.state === 'authority') {
			this.rewind('hostname');
			return false;
		}
		this.change('done', 0);
		return true;
	};
	Parser.prototype.run = function () {
		for (; this.at < this.tokens.length; this.at += this.step) {
			const type = this.tokens[this.at].type;

			this.step = 1;
			if (type === 'end') {
				if (this.finish())
					break;
				continue;
			}
			if (type === 'open') {
				this.depth++;
				continue;
			}
			if (this.depth > 0) {
				if (type === 'close')
					this.depth--;
				continue;
			}
			this.advance();
		}
		if (this.result.hostname !== undefined &&
		    this.result.port === undefined)
			this.result.port = '';
		return this.result;
	};

	/* --- URLPatternInit --- */
	function readInit(o) {
		const init = {};

		for (const name of ['baseURL', 'hash', 'hostname', 'password',
			'pathname', 'port', 'protocol', 'search', 'username']) {
			const v = o[name];

			if (v !== undefined)
				init[name] = usv(v);
		}
		return init;
	}
	function usv(v) {
		const s = native.wellFormed(String(v));

		if (s.length > INPUT_MAX)
			fail('the input is too long');
		return s;
	}
	function isAbsolute(path, isPattern) {
		return path[0] === '/' || (isPattern &&
		    (path.startsWith('\\/') || path.startsWith('{/')));
	}
	function inherit(result, init, isPattern) {
		const has = (...names) =>
		    names.some((n) => init[n] !== undefined);
		const put = (name, v) => {
			result[name] = isPattern ? escapePattern(v) : v;
		};
		let base;

		try {
			base = new NativeURL(init.baseURL);
		} catch (e) {
			fail(`"${init.baseURL}" is not a URL`);
		}
		if (!has('protocol'))
			put('protocol', base.protocol.slice(0, -1));
		if (!isPattern && !has('protocol', 'hostname', 'port',
		    'username')) {
			put('username', base.username);
			if (!has('password'))
				put('password', base.password);
		}
		if (!has('protocol', 'hostname')) {
			put('hostname', base.hostname);
			if (!has('port')) {
				put('port', base.port);
				if (!has('pathname')) {
					put('pathname', base.pathname);
					if (!has('search')) {
						put('search',
						    base.search.slice(1));
						if (!has('hash'))
							put('hash', base.hash
							    .slice(1));
					}
				}
			}
		}
		return base;
	}
	function processInit(init, isPattern, result) {
		const given = (name, canon) => {
			if (init[name] !== undefined)
				result[name] = isPattern ? init[name] :
				    canon(init[name]);
		};
		let base = null, path, isOpaque, slash;

		if (init.baseURL !== undefined)
			base = inherit(result, init, isPattern);
		if (init.protocol !== undefined) {
			result.protocol = init.protocol.replace(/:$/, '');
			if (!isPattern)
				result.protocol =
				    canonProtocol(result.protocol);
		}
		given('username', canonUsername);
		given('password', canonPassword);
		given('hostname', (v) => canonHost(v,
		    isSpecial(result.protocol || 'http')));
		given('port', (v) => canonPort(v, result.protocol));
		if (init.pathname !== undefined) {
			path = init.pathname;
			isOpaque = base !== null && base.pathname[0] !== '/' &&
			    base.host === '';
			if (base !== null && !isOpaque &&
			    !isAbsolute(path, isPattern)) {
				slash = isPattern ?
				    escapePattern(base.pathname) :
				    base.pathname;
				path = slash.slice(0,
				    slash.lastIndexOf('/') + 1) + path;
			}
			if (!isPattern)
				path = isSpecial(result.protocol || 'http') ?
				    canonPath(path) : canonOpaquePath(path);
			result.pathname = path;
		}
		if (init.search !== undefined) {
			path = init.search.replace(/^\?/, '');
			result.search = isPattern ? path : canonSearch(path);
		}
		if (init.hash !== undefined) {
			path = init.hash.replace(/^#/, '');
			result.hash = isPattern ? path : canonHash(path);
		}
		return result;
	}

	/* --- the class --- */
	function isObject(v) {
		return (typeof v === 'object' && v !== null) ||
		    typeof v === 'function';
	}
	function build(init, ignoreCase) {
		const p = processInit(init, true, {});
		const c = {};
		const get = (name) => p[name] === undefined ? '*' : p[name];
		let special, hostCanon;

		if (isSpecial(p.protocol) && p.port === SPECIAL[p.protocol])
			p.port = '';
		c.protocol = compile(get('protocol'), canonProtocol, DEFAULT,
		    false);
		special = matchesSpecial(c.protocol);
		c.username = compile(get('username'), canonUsername, DEFAULT,
		    false);
		c.password = compile(get('password'), canonPassword, DEFAULT,
		    false);
		hostCanon = isIPv6(get('hostname')) ? canonIPv6 :
		    (v) => canonHost(v, special);
		c.hostname = compile(get('hostname'), hostCanon, HOST, false);
		c.port = compile(get('port'), canonPort, DEFAULT, false);
		c.pathname = special ?
		    compile(get('pathname'), canonPath, PATH, ignoreCase) :
		    compile(get('pathname'), canonOpaquePath, DEFAULT,
		        ignoreCase);
		c.search = compile(get('search'), canonSearch, DEFAULT,
		    ignoreCase);
		c.hash = compile(get('hash'), canonHash, DEFAULT, ignoreCase);
		return c;
	}
	function URLPattern(input, base, options) {
		let init, ignoreCase = false;

		if (new.target === undefined)
			throw new TypeError("URLPattern: use 'new'");
		if (options === undefined && (isObject(base) ||
		    (base === null && arguments.length < 3))) {
			options = base;
			base = undefined;
		}
		if (isObject(options))
			ignoreCase = Boolean(options.ignoreCase);
		else if (options !== undefined && options !== null)
			fail('the options must be an object');
		if (input === undefined || input === null)
			input = {};
		if (!isObject(input)) {
			init = new Parser(usv(input)).run();
			if (base === undefined && init.protocol === undefined)
				fail('a relative pattern needs a base URL');
			if (base !== undefined)
				init.baseURL = usv(base);
		} else {
			if (base !== undefined)
				fail('a base URL is for strings; ' +
				    'use the baseURL member');
			init = readInit(input);
		}
		this[$P] = { self: this, parts: build(init, ignoreCase) };
	}
	function pattern(o) {
		const s = isObject(o) ? o[$P] : undefined;

		if (s === undefined || s.self !== o)
			throw new TypeError('Illegal invocation');
		return s.parts;
	}
	/* The parts of an input of test() and exec(), null for none. */
	function subject(input, base) {
		let u;

		if (isObject(input) || input === undefined) {
			if (base !== undefined)
				fail('a base URL is for strings; ' +
				    'use the baseURL member');
			input = readInit(input || {});
			u = {};
			for (const name of PARTS)
				u[name] = '';
			try {
				return processInit(input, false, u);
			} catch (e) {
				return null;
			}
		}
		try {
			u = base === undefined ? new NativeURL(usv(input)) :
			    new NativeURL(usv(input), usv(base));
		} catch (e) {
			return null;
		}
		return { protocol: u.protocol.slice(0, -1),
			username: u.username, password: u.password,
			hostname: u.hostname, port: u.port,
			pathname: u.pathname, search: u.search.slice(1),
			hash: u.hash.slice(1) };
	}
	function match(parts, input, base) {
		const u = subject(input, base), result = {};

		if (u === null)
			return null;
		result.inputs = base === undefined ? [input] : [input, base];
		for (const name of PARTS) {
			const c = parts[name], groups = {};
			const m = native.apply(exec, c.re, [u[name]]);

			if (m === null)
				return null;
			c.names.forEach((n, i) => {
				native.field(groups, n, m[i + 1]);
			});
			result[name] = { input: u[name], groups };
		}
		return result;
	}
	out.define(URLPattern, {
		get protocol() { return pattern(this).protocol.pattern; },
		get username() { return pattern(this).username.pattern; },
		get password() { return pattern(this).password.pattern; },
		get hostname() { return pattern(this).hostname.pattern; },
		get port() { return pattern(this).port.pattern; },
		get pathname() { return pattern(this).pathname.pattern; },
		get search() { return pattern(this).search.pattern; },
		get hash() { return pattern(this).hash.pattern; },
		get hasRegExpGroups() {
			const parts = pattern(this);

			return PARTS.some((name) => parts[name].hasGroups);
		},
		test(input, base) {
			return match(pattern(this), input, base) !== null;
		},
		exec(input, base) {
			return match(pattern(this), input === undefined ? {} :
			    input, base);
		}
	}, null, null, 0);
	native.value(URLPattern.prototype.test, 'length', 0, true);
	native.value(URLPattern.prototype.exec, 'length', 0, true);
	out.lazyGlobals({ URLPattern });
})
