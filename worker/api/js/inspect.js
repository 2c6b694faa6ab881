/*
 * Values as text, as Node's util.inspect writes them, for console and
 * node:util. A context is what one call of inspect() works with: its options,
 * the objects that are open, the indentation.
 */
(function (native, out) {
	'use strict';

	const toString = Object.prototype.toString;
	const hasOwn = Object.prototype.hasOwnProperty;
	const isEnum = Object.prototype.propertyIsEnumerable;
	const getDesc = Object.getOwnPropertyDescriptor;
	const getProto = Object.getPrototypeOf;
	const symbolString = Symbol.prototype.toString;
	const custom = Symbol.for('nodejs.util.inspect.custom');
	const isIdent = /^[A-Za-z_$][\w$]*$/;
	const isIndex = /^(?:0|[1-9]\d{0,9})$/;
	const isSpecial = /[\x00-\x1f\x7f-\x9f\\'"`\ud800-\udfff]/g;
	const defaults = { depth: 2, maxArrayLength: 100,
		maxStringLength: 10000, breakLength: 80, compact: 3,
		showHidden: false, sorted: false, getters: false,
		colors: false, customInspect: true, showProxy: false,
		numericSeparator: false };
	const OBJECT = 0, LIST = 1, PAIR = 2; /* kinds of what has entries */
	const MORE = 6;  /* entries that are not grouped into columns */
	const WIDE = 16; /* strings so short are never split */

	/* --- colours --- */
	const codes = { reset: [0, 0], bold: [1, 22], dim: [2, 22],
		italic: [3, 23], underline: [4, 24], blink: [5, 25],
		inverse: [7, 27], hidden: [8, 28], strikethrough: [9, 29],
		doubleunderline: [21, 24], black: [30, 39], red: [31, 39],
		green: [32, 39], yellow: [33, 39], blue: [34, 39],
		magenta: [35, 39], cyan: [36, 39], white: [37, 39],
		gray: [90, 39], grey: [90, 39], blackBright: [90, 39],
		redBright: [91, 39], greenBright: [92, 39],
		yellowBright: [93, 39], blueBright: [94, 39],
		magentaBright: [95, 39], cyanBright: [96, 39],
		whiteBright: [97, 39], bgBlack: [40, 49], bgRed: [41, 49],
		bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49],
		bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49],
		bgGray: [100, 49], bgGrey: [100, 49], framed: [51, 54],
		overlined: [53, 55] };
	const styles = { special: 'cyan', number: 'yellow', bigint: 'yellow',
		boolean: 'yellow', undefined: 'grey', null: 'bold',
		string: 'green', symbol: 'green', date: 'magenta',
		regexp: 'red', module: 'underline' };

	function styled(ctx, text, style) {
		const c = ctx.o.colors ? codes[styles[style]] : undefined;

		return c === undefined ? text :
		    '\x1b[' + c[0] + 'm' + text + '\x1b[' + c[1] + 'm';
	}
	function width(ctx, text) {
		return ctx.o.colors ? text.replace(/\x1b\[\d+m/g, '').length :
		    text.length;
	}
	function spaces(n) { return ' '.repeat(n); }
	function plural(n, what) {
		return n + ' more ' + what + (n > 1 ? 's' : '');
	}

	/* --- names --- */
	function escapeChar(c) {
		const code = c.charCodeAt(0);

		switch (c) {
		case '\\': return '\\\\';
		case '\n': return '\\n';
		case '\t': return '\\t';
		case '\r': return '\\r';
		case '\b': return '\\b';
		case '\f': return '\\f';
		case '\v': return '\\v';
		}
		return code > 0xff ? '\\u' + code.toString(16).toUpperCase() :
		    '\\x' + (code < 16 ? '0' : '') +
		    code.toString(16).toUpperCase();
	}
	function quote(s) {
		let q = "'";

		if (s.indexOf("'") >= 0)
			q = s.indexOf('"') < 0 ? '"' :
			    s.indexOf('`') < 0 && s.indexOf('${') < 0 ? '`' :
			        "'";
		return q + s.replace(isSpecial, (c, at) => {
			const u = c.charCodeAt(0);

			if (c === "'" || c === '"' || c === '`')
				return c === q ? '\\' + c : c;
			if (u >= 0xdc00 && u <= 0xdfff && at > 0 &&
			    isLead(s.charCodeAt(at - 1)) ||
			    isLead(u) && (s.charCodeAt(at + 1) & 0xfc00) ===
			    0xdc00)
				return c;
			return escapeChar(c);
		}) + q;
	}
	function isLead(u) { return u >= 0xd800 && u <= 0xdbff; }
	function isInstance(o, C) {
		try {
			return o instanceof C;
		} catch (e) {
			return false;
		}
	}
	/* The name of the class that made O, or null without prototypes. */
	function className(o) {
		for (let p = o; p !== null; p = getProto(p)) {
			const d = getDesc(p, 'constructor');

			if (d !== undefined && typeof d.value === 'function' &&
			    d.value.name !== '' && isInstance(o, d.value))
				return String(d.value.name);
		}
		if (getProto(o) === null)
			return null;
		return 'Object <' + (className(getProto(o)) ||
		    '[Object: null prototype] {}') + '>';
	}
	function prefix(name, tag, fallback, size) {
		size = size === undefined ? '' : '(' + size + ')';
		if (name === null)
			return '[' + fallback + size + ': null prototype] ' +
			    (tag !== '' && fallback !== tag ?
			        '[' + tag + '] ' : '');
		return name + size + ' ' + (tag !== '' && name !== tag ?
		    '[' + tag + '] ' : '');
	}
	function tagOf(o, ctx) {
		let tag;

		try {
			tag = o[Symbol.toStringTag];
		} catch (e) {
			return '';
		}
		return typeof tag !== 'string' || tag !== '' &&
		    (ctx.o.showHidden ? hasOwn : isEnum).call(o,
		        Symbol.toStringTag) ? '' : tag;
	}
	function keysOf(o, ctx) {
		const symbols = Object.getOwnPropertySymbols(o);

		if (ctx.o.showHidden)
			return Object.getOwnPropertyNames(o).concat(symbols);
		return Object.keys(o).concat(symbols.filter(
		    (s) => isEnum.call(o, s)));
	}
	function keysNoIndexes(o, ctx) {
		return keysOf(o, ctx).filter((k) => typeof k === 'symbol' ||
		    !isIndex.test(k));
	}

	/* --- primitives --- */
	function separated(digits) {
		return digits.replace(/\B(?=(\d{3})+$)/g, '_');
	}
	function numberText(v, ctx) {
		let s = Object.is(v, -0) ? '-0' : String(v), at;

		if (!ctx.o.numericSeparator || !isFinite(v) ||
		    s.indexOf('e') >= 0)
			return s;
		at = s.indexOf('.');
		if (at < 0)
			return separated(s);
		return separated(s.slice(0, at)) + '.' +
		    s.slice(at + 1).replace(/(\d{3})(?=\d)/g, '$1_');
	}
	function stringText(v, ctx) {
		const o = ctx.o;
		let more = '';

		if (v.length > o.maxStringLength) {
			more = '... ' + plural(v.length - o.maxStringLength,
			    'character');
			v = v.slice(0, o.maxStringLength);
		}
		if (o.compact !== true && v.length > WIDE &&
		    v.length > o.breakLength - ctx.indent - 4 &&
		    v.indexOf('\n') >= 0)
			return v.match(/[^\n]*\n|[^\n]+$/g).map(
			    (line) => styled(ctx, quote(line), 'string')).join(
			        ' +\n' + spaces(ctx.indent + 2)) + more;
		return styled(ctx, quote(v), 'string') + more;
	}
	function primitive(v, ctx) {
		switch (typeof v) {
		case 'string':
			return stringText(v, ctx);
		case 'number':
			return styled(ctx, numberText(v, ctx), 'number');
		case 'symbol':
			return styled(ctx, symbolString.call(v), 'symbol');
		case 'bigint':
			return styled(ctx, (ctx.o.numericSeparator ?
			    separated(String(v)) : String(v)) + 'n', 'bigint');
		case 'boolean':
			return styled(ctx, String(v), 'boolean');
		case 'undefined':
			return styled(ctx, 'undefined', 'undefined');
		default:
			return styled(ctx, String(v), 'null');
		}
	}

	/* --- properties --- */
	function keyText(k, d, ctx) {
		if (typeof k === 'symbol')
			return '[' + styled(ctx, symbolString.call(k),
			    'symbol') + ']';
		if (k === '__proto__')
			return "['__proto__']";
		if (d !== undefined && d.enumerable === false)
			return '[' + k + ']';
		return isIdent.test(k) ? k : styled(ctx, quote(k), 'string');
	}
	function accessorText(o, d, ctx, depth) {
		const label = d.set !== undefined ? 'Getter/Setter' : 'Getter';
		const g = ctx.o.getters;
		let v, text;

		if (g !== true && !(g === 'get' && d.set === undefined) &&
		    !(g === 'set' && d.set !== undefined))
			return styled(ctx, '[' + label + ']', 'special');
		try {
			v = d.get.call(o);
		} catch (e) {
			return styled(ctx, '[' + label + ': <Inspection threw (' +
			    e.message + ')>]', 'special');
		}
		ctx.indent += 2;
		if (v !== null && typeof v === 'object')
			text = styled(ctx, '[' + label + ']', 'special') + ' ' +
			    format(v, ctx, depth);
		else
			text = styled(ctx, '[' + label + ':', 'special') + ' ' +
			    (typeof v === 'function' ? format(v, ctx, depth) :
			        primitive(v, ctx)) + styled(ctx, ']',
			        'special');
		ctx.indent -= 2;
		return text;
	}
	function property(o, k, ctx, depth, kind) {
		const d = getDesc(o, k) || { value: o[k], enumerable: true };
		let text, gap = ' ', by;

		if ('value' in d) {
			by = ctx.o.compact !== true || kind !== OBJECT ? 2 : 3;
			ctx.indent += by;
			text = format(d.value, ctx, depth);
			if (by === 3 && ctx.o.breakLength < width(ctx, text))
				gap = '\n' + spaces(ctx.indent);
			ctx.indent -= by;
		} else if (d.get !== undefined) {
			text = accessorText(o, d, ctx, depth);
		} else {
			text = d.set !== undefined ? styled(ctx, '[Setter]',
			    'special') : styled(ctx, 'undefined', 'undefined');
		}
		return kind === LIST ? text : keyText(k, d, ctx) + ':' + gap +
		    text;
	}

	/* --- what is in an object --- */
	function inner(ctx, by, fn) {
		ctx.indent += by;
		const r = fn();

		ctx.indent -= by;
		return r;
	}
	function listArray(a, ctx, depth) {
		const items = [], n = a.length;
		const max = Math.min(n, ctx.o.maxArrayLength);
		let i = 0;

		for (; i < n && items.length < max; i++) {
			let holes = 0;

			while (i < n && !hasOwn.call(a, i)) {
				holes++;
				i++;
			}
			if (holes > 0) {
				items.push(styled(ctx, '<' + holes +
				    ' empty item' + (holes > 1 ? 's' : '') +
				    '>', 'undefined'));
				i--;
			} else {
				items.push(property(a, String(i), ctx, depth,
				    LIST));
			}
		}
		if (i < n)
			items.push('... ' + plural(n - i, 'item'));
		return items;
	}
	function listTyped(a, ctx, depth) {
		const items = [], n = Math.min(a.length, ctx.o.maxArrayLength);

		for (let i = 0; i < n; i++)
			items.push(primitive(a[i], ctx));
		if (a.length > n)
			items.push('... ' + plural(a.length - n, 'item'));
		if (ctx.o.showHidden)
			inner(ctx, 2, () => {
				for (const k of ['BYTES_PER_ELEMENT', 'length',
					'byteLength', 'byteOffset', 'buffer'])
					items.push('[' + k + ']: ' + format(
					    a[k], ctx, depth, true));
			});
		return items;
	}
	function listSet(s, ctx, depth) {
		const items = [], max = ctx.o.maxArrayLength;

		inner(ctx, 2, () => {
			Set.prototype.forEach.call(s, (v) => {
				if (items.length < max)
					items.push(format(v, ctx, depth));
			});
		});
		if (s.size > max)
			items.push('... ' + plural(s.size - max, 'item'));
		return items;
	}
	function listMap(m, ctx, depth) {
		const items = [], max = ctx.o.maxArrayLength;

		inner(ctx, 2, () => {
			Map.prototype.forEach.call(m, (v, k) => {
				if (items.length < max)
					items.push(format(k, ctx, depth) +
					    ' => ' + format(v, ctx, depth));
			});
		});
		if (m.size > max)
			items.push('... ' + plural(m.size - max, 'item'));
		return items;
	}
	function listBytes(buffer, ctx) {
		let b, hex = [], n;

		try {
			b = new Uint8Array(buffer);
		} catch (e) {
			return [styled(ctx, '(detached)', 'special')];
		}
		n = Math.min(Math.max(0, ctx.o.maxArrayLength), b.length);
		for (let i = 0; i < n; i++)
			hex.push((b[i] < 16 ? '0' : '') + b[i].toString(16));
		return [styled(ctx, '[Uint8Contents]', 'special') + ': <' +
			hex.join(' ') + (b.length > n ? ' ... ' + plural(
			    b.length - n, 'byte') : '') + '>'];
	}
	function listPromise(p, ctx, depth) {
		const state = native.promiseState(p);

		if (state[0] === 0)
			return [styled(ctx, '<pending>', 'special')];
		return [inner(ctx, 2, () => (state[0] === 2 ?
		    styled(ctx, '<rejected>', 'special') + ' ' : '') +
		    format(state[1], ctx, depth))];
	}
	/* Objects of the platform: their getters are what one wants to see. */
	function listPlatform(o, name, ctx, depth) {
		const items = [], seen = Object.create(null);

		ctx.indent += 2;
		if (name === 'URLSearchParams' || name === 'Headers' ||
		    name === 'FormData') {
			o.forEach((value, key) => items.push(quote(key) +
			    (name === 'Headers' ? ': ' : ' => ') +
			    format(value, ctx, depth)));
		} else {
			for (let p = getProto(o); p !== null &&
			    p !== Object.prototype; p = getProto(p)) {
				for (const k of Object.keys(p)) {
					let d = getDesc(p, k);

					if (d.get === undefined || seen[k])
						continue;
					seen[k] = true;
					try {
						d = d.get.call(o);
					} catch (e) {
						continue;
					}
					items.push(k + ': ' + format(d, ctx,
					    depth));
				}
			}
		}
		ctx.indent -= 2;
		return items;
	}

	/* --- putting it together --- */
	/* Many short entries: columns. */
	function columns(items, ctx, value) {
		const n = items.length - (ctx.o.maxArrayLength < value.length &&
		    /^\.\.\. /.test(items[items.length - 1]) ? 1 : 0);
		const lengths = [], rows = [], widths = [];
		let total = 0, max = 0, each, count, isNumeric;

		for (let i = 0; i < n; i++) {
			lengths.push(width(ctx, items[i]));
			total += lengths[i] + 2;
			max = Math.max(max, lengths[i]);
		}
		each = max + 2;
		if (each * 3 + ctx.indent >= ctx.o.breakLength ||
		    !(total / each > 5 || max <= 6))
			return items;
		const biased = Math.max(each - 3 - Math.sqrt(each -
		    total / items.length), 1);

		count = Math.min(Math.round(Math.sqrt(2.5 * biased * n) /
		    biased), Math.floor((ctx.o.breakLength - ctx.indent) /
		    each), ctx.o.compact * 4, 15);
		if (count <= 1)
			return items;
		for (let i = 0; i < count; i++) {
			let w = 0;

			for (let j = i; j < n; j += count)
				w = Math.max(w, lengths[j]);
			widths.push(w + 2);
		}
		isNumeric = typeof value[0] === 'number' ||
		    typeof value[0] === 'bigint';
		for (let i = 0; isNumeric && i < n; i++)
			isNumeric = typeof value[i] === 'number' ||
			    typeof value[i] === 'bigint';
		for (let i = 0; i < n; i += count) {
			const end = Math.min(i + count, n);
			let line = '', j = i;

			for (; j < end - 1; j++) {
				const pad = spaces(widths[j - i] - lengths[j] -
				    2);

				line += isNumeric ? pad + items[j] + ', ' :
				    items[j] + ', ' + pad;
			}
			rows.push(line + (isNumeric ? spaces(widths[j - i] - 2 -
			    lengths[j]) : '') + items[j]);
		}
		for (let i = n; i < items.length; i++)
			rows.push(items[i]);
		return rows;
	}
	function fits(items, ctx, start, base) {
		let total = items.length + start;

		if (total + items.length > ctx.o.breakLength)
			return false;
		for (const item of items) {
			total += width(ctx, item);
			if (total > ctx.o.breakLength)
				return false;
		}
		return base === '' || base.indexOf('\n') < 0;
	}
	function join(items, ctx, base, open, close, kind, depth, value) {
		const compact = ctx.o.compact;
		const lead = base === '' ? '' : base + ' ';
		let indent = '\n' + spaces(ctx.indent), n;

		if (compact === true) {
			if (fits(items, ctx, 0, base))
				return lead + open + ' ' + items.join(', ') +
				    ' ' + close;
			return open + (base === '' && open.length === 1 ? ' ' :
			    (base === '' ? '' : ' ' + base) + indent + '  ') +
			    items.join(',' + indent + '  ') + ' ' + close;
		}
		if (typeof compact === 'number' && compact >= 1) {
			n = items.length;
			if (kind === LIST && n > MORE)
				items = columns(items, ctx, value);
			if (ctx.depth - depth < compact && n === items.length) {
				const start = items.length + ctx.indent +
				    open.length + base.length + 10;

				if (fits(items, ctx, start, base)) {
					const line = items.join(', ');

					if (line.indexOf('\n') < 0)
						return lead + open + ' ' +
						    line + ' ' + close;
				}
			}
		}
		indent = '\n' + spaces(ctx.indent);
		return lead + open + indent + '  ' +
		    items.join(',' + indent + '  ') + indent + close;
	}

	/* --- kinds of objects --- */
	function functionBase(f, name, tag) {
		const text = Function.prototype.toString.call(f);
		let type = 'Function', base, parent;

		if (/^class\b/.test(text)) {
			base = 'class ' + (hasOwn.call(f, 'name') && f.name ||
			    '(anonymous)');
			if (name !== 'Function' && name !== null)
				base += ' [' + name + ']';
			if (tag !== '' && name !== tag)
				base += ' [' + tag + ']';
			parent = getProto(f);
			if (name === null)
				base += ' extends null prototype';
			else if (parent !== null && parent.name)
				base += ' extends ' + parent.name;
			return '[' + base + ']';
		}
		base = toString.call(f).slice(8, -1);
		if (/^(?:Async)?(?:Generator)?Function$/.test(base))
			type = base;
		base = '[' + type;
		if (name === null)
			base += ' (null prototype)';
		base += f.name === '' || f.name === undefined ?
		    ' (anonymous)' : ': ' + String(f.name);
		base += ']';
		if (name !== type && name !== null)
			base += ' ' + name;
		if (tag !== '' && name !== tag && tag !== type)
			base += ' [' + tag + ']';
		return base;
	}
	function errorBase(e, keys, ctx) {
		let stack, head, at;

		try {
			head = Error.prototype.toString.call(e);
			stack = e.stack;
		} catch (x) {
			head = 'Error';
		}
		stack = typeof stack === 'string' && stack !== '' ? stack :
		    head;
		if (stack.indexOf(head) < 0 && /^\s+at /m.test(stack) &&
		    !/^\S/.test(stack))
			stack = head + '\n' + stack;
		for (const k of ['name', 'message', 'stack']) {
			at = keys.indexOf(k);
			if (!ctx.o.showHidden && at >= 0 &&
			    (typeof e[k] !== 'string' ||
			    stack.indexOf(e[k]) >= 0))
				keys.splice(at, 1);
		}
		if ('cause' in e && keys.indexOf('cause') < 0)
			keys.push('cause');
		if (Array.isArray(e.errors) && keys.indexOf('errors') < 0)
			keys.push('errors');
		at = typeof e.message === 'string' && e.message !== '' ?
		    stack.indexOf(e.message) : -1;
		if (stack.indexOf('\n    at', at < 0 ? 0 : at +
		    e.message.length) < 0)
			stack = '[' + stack + ']';
		return ctx.indent === 0 ? stack :
		    stack.replace(/\n/g, '\n' + spaces(ctx.indent));
	}
	function boxedType(v) {
		for (const C of [Number, String, Boolean, Symbol, BigInt]) {
			if (!isInstance(v, C))
				continue;
			try {
				return [C.name, C.prototype.valueOf.call(v)];
			} catch (e) {
				/* is only its child */
			}
		}
		return undefined;
	}
	function isDate(v) {
		try {
			Date.prototype.getTime.call(v);
			return true;
		} catch (e) {
			return false;
		}
	}

	/*
	 * What V is: { base, open, close, kind, keys, list(depth) }, or its
	 * whole text when there is nothing in it.
	 */
	function describe(v, ctx) {
		const name = className(v), tag = tagOf(v, ctx);
		const kind = native.kind(v);
		const d = { before: '', base: '', open: '{', close: '}',
			kind: OBJECT,
			keys: undefined, list: () => [], name, tag };

		switch (kind) {
		case 'array':
			d.keys = keysNoIndexes(v, ctx);
			d.open = (name !== 'Array' || tag !== '' ? prefix(name,
			    tag, 'Array', v.length) : '') + '[';
			d.close = ']';
			d.kind = LIST;
			d.list = (depth) => listArray(v, ctx, depth);
			return v.length === 0 && d.keys.length === 0 ?
			    d.open + ']' : d;
		case 'set': case 'map':
			d.keys = keysOf(v, ctx);
			d.open = prefix(name, tag, kind === 'set' ? 'Set' :
			    'Map', v.size) + '{';
			d.list = (depth) => (kind === 'set' ? listSet :
			    listMap)(v, ctx, depth);
			return v.size === 0 && d.keys.length === 0 ?
			    d.open + '}' : d;
		case 'bytes':
			return describeBytes(d, v, ctx);
		case 'function':
			d.keys = keysOf(v, ctx);
			d.base = functionBase(v, name, tag);
			return d.keys.length === 0 ? styled(ctx, d.base,
			    'special') : d;
		case 'error':
			d.keys = keysOf(v, ctx);
			d.base = errorBase(v, d.keys, ctx);
			return d.keys.length === 0 ? d.base : d;
		case 'promise':
			d.keys = keysOf(v, ctx);
			d.open = prefix(name, tag, 'Promise') + '{';
			d.list = (depth) => listPromise(v, ctx, depth);
			return d;
		}
		return describeOther(d, v, ctx);
	}
	function describeBytes(d, v, ctx) {
		const type = out.classOf(v);

		if (type === 'ArrayBuffer') {
			d.keys = ['byteLength'].concat(keysOf(v, ctx));
			d.open = prefix(d.name, d.tag, type) + '{';
			d.list = () => listBytes(v, ctx);
			d.isBuffer = true;
			return d;
		}
		if (type === 'DataView') {
			d.keys = ['byteLength', 'byteOffset', 'buffer']
			    .concat(keysOf(v, ctx));
			d.open = prefix(d.name, d.tag, type) + '{';
			return d;
		}
		d.keys = keysNoIndexes(v, ctx);
		d.open = prefix(d.name, d.tag, d.name === null ? type : '',
		    v.length) + '[';
		d.close = ']';
		d.kind = LIST;
		d.list = (depth) => listTyped(v, ctx, depth);
		return v.length === 0 && d.keys.length === 0 &&
		    !ctx.o.showHidden ? d.open + ']' : d;
	}
	function describeOther(d, v, ctx) {
		const name = d.name, tag = d.tag, boxed = boxedType(v);

		d.keys = keysOf(v, ctx);
		if (isDate(v)) {
			const t = Date.prototype.getTime.call(v);

			d.base = t !== t ? 'Invalid Date' :
			    Date.prototype.toISOString.call(v);
			if (prefix(name, tag, 'Date') !== 'Date ')
				d.base = prefix(name, tag, 'Date') + d.base;
			return d.keys.length === 0 ? styled(ctx, d.base,
			    'date') : d;
		}
		if (v instanceof RegExp) {
			d.base = RegExp.prototype.toString.call(v);
			if (prefix(name, tag, 'RegExp') !== 'RegExp ')
				d.base = prefix(name, tag, 'RegExp') + d.base;
			return d.keys.length === 0 ? styled(ctx, d.base,
			    'regexp') : d;
		}
		if (boxed !== undefined) {
			if (boxed[0] === 'String')
				d.keys = keysNoIndexes(v, ctx).filter(
				    (k) => k !== 'length');
			d.base = '[' + boxed[0] + (boxed[0] === name ? '' :
			    name === null ? ' (null prototype)' :
			        ' (' + name + ')') + ': ' +
			    primitive(boxed[1], Object.assign({}, ctx,
			        { o: defaults })) + ']';
			if (tag !== '' && tag !== name)
				d.base += ' [' + tag + ']';
			return d.keys.length === 0 ? styled(ctx, d.base,
			    boxed[0].toLowerCase()) : d;
		}
		if (v instanceof Error) {
			d.base = errorBase(v, d.keys, ctx);
			return d.keys.length === 0 ? d.base : d;
		}
		if (v instanceof WeakMap || v instanceof WeakSet) {
			d.open = prefix(name, tag, 'WeakSet') + '{';
			d.list = () => [styled(ctx, '<items unknown>',
			    'special')];
			return d;
		}
		if (out.isPlatformObject(v) && name !== null) {
			d.list = (depth) => listPlatform(v, name, ctx, depth);
			d.before = (name === 'Headers' ? 'Headers(' +
			    Array.from(v.keys()).length + ')' : name) + ' ';
			return d;
		}
		if (toString.call(v) === '[object Arguments]' && tag === '')
			d.open = '[Arguments] {';
		else if (name !== 'Object' || tag !== '')
			d.open = prefix(name, tag, 'Object') + '{';
		return d.keys.length === 0 ? d.open + '}' : d;
	}

	/* --- the way through --- */
	function userOptions(ctx) {
		return Object.assign({}, ctx.o, {
			stylize: (text, style) => styled(ctx, String(text),
			    style)
		});
	}
	function formatCustom(v, self, ctx, depth) {
		let fn, r;

		if (!ctx.o.customInspect)
			return undefined;
		fn = v[custom];
		if (typeof fn !== 'function' || fn === inspect ||
		    v.constructor && v.constructor.prototype === v)
			return undefined;
		r = fn.call(self, ctx.isAll ? null : ctx.o.depth - depth,
		    userOptions(ctx), inspect);
		if (r === v || r === self)
			return undefined;
		if (r === null || typeof r !== 'object')
			return String(r).replace(/\n/g, '\n' +
			    spaces(ctx.indent));
		return format(r, ctx, depth);
	}
	function formatProxy(parts, ctx, depth) {
		let items;

		if (depth > ctx.o.depth)
			return styled(ctx, 'Proxy [Array]', 'special');
		ctx.depth = depth + 1;
		items = inner(ctx, 2, () => [format(parts[0], ctx, depth + 1),
			format(parts[1], ctx, depth + 1)]);
		return join(items, ctx, '', 'Proxy [', ']', PAIR, depth + 1,
		    items);
	}
	function format(v, ctx, depth, isTyped) {
		let parts, text;

		if ((typeof v !== 'object' || v === null) &&
		    typeof v !== 'function')
			return primitive(v, ctx);
		const context = v;

		while (native.isProxy(v)) {
			parts = native.proxyParts(v);
			if (parts === undefined)
				return styled(ctx, '<Revoked Proxy>',
				    'special');
			if (ctx.o.showProxy)
				return formatProxy(parts, ctx, depth);
			v = parts[0];
		}
		text = formatCustom(v, context, ctx, depth);
		if (text !== undefined)
			return text;
		if (ctx.seen.indexOf(v) >= 0) {
			let id = ctx.circular.indexOf(v);

			if (id < 0)
				id = ctx.circular.push(v) - 1;
			return styled(ctx, '[Circular *' + (id + 1) + ']',
			    'special');
		}
		return formatRaw(v, ctx, depth, isTyped);
	}
	function formatRaw(v, ctx, depth, isTyped) {
		const d = describe(v, ctx);
		let items, id, ref, n;

		if (typeof d === 'string')
			return d;
		if (isTyped && d.isBuffer)
			return d.open + ' byteLength: ' + primitive(
			    v.byteLength, ctx) + ' }';
		if (depth > ctx.o.depth) {
			if (d.base !== '' && native.kind(v) !== 'function')
				return d.base;
			return styled(ctx, '[' + prefix(d.name, d.tag,
			    native.kind(v) === 'array' ? 'Array' : 'Object')
			    .slice(0, -1) + ']', 'special');
		}
		depth++;
		ctx.seen.push(v);
		ctx.depth = depth;
		items = d.list(depth);
		n = items.length;
		for (const k of d.keys)
			items.push(property(v, k, ctx, depth,
			    d.kind === LIST ? PAIR : OBJECT));
		if (ctx.o.showHidden && d.kind === OBJECT)
			listInherited(items, v, ctx, depth);
		id = ctx.circular.indexOf(v);
		if (id >= 0) {
			ref = styled(ctx, '<ref *' + (id + 1) + '>', 'special');
			if (ctx.o.compact !== true)
				d.base = d.base === '' ? ref : ref + ' ' +
				    d.base;
			else
				d.open = ref + ' ' + d.open;
		}
		ctx.seen.pop();
		if (ctx.o.sorted)
			items = sortItems(items, d, n, ctx);
		if (items.length === 0 && d.base === '')
			return d.before + d.open + d.close;
		return d.before + join(items, ctx, d.base, d.open, d.close,
		    d.kind, depth, v);
	}
	/* What classes of scripts define besides methods. */
	function listInherited(items, v, ctx, depth) {
		const seen = Object.create(null);
		let levels = 0;

		for (let p = getProto(v); p !== null && levels < 3;
		    p = getProto(p)) {
			const c = getDesc(p, 'constructor');

			if (c === undefined || typeof c.value !== 'function' ||
			    native.global[c.value.name] === c.value)
				break;
			levels++;
			for (const k of Reflect.ownKeys(p)) {
				const d = getDesc(p, k);

				if (k === 'constructor' || hasOwn.call(v, k) ||
				    seen[k] || typeof d.value === 'function' ||
				    d.get === undefined && d.set === undefined)
					continue;
				seen[k] = true;
				items.push(keyText(k, d, ctx) + ': ' +
				    (d.get !== undefined ? accessorText(v, d,
				        ctx, depth) : '[Setter]'));
			}
		}
	}
	function sortItems(items, d, n, ctx) {
		const order = ctx.o.sorted === true ? undefined : ctx.o.sorted;

		return d.kind === OBJECT ? items.sort(order) :
		    items.slice(0, n).concat(items.slice(n).sort(order));
	}
	function inspect(v, options) {
		const o = Object.assign({}, defaults);

		if (arguments.length >= 3 || typeof options === 'boolean') {
			o.showHidden = !!options;
			if (arguments[2] !== undefined)
				o.depth = arguments[2];
			if (arguments[3] !== undefined)
				o.colors = arguments[3];
		} else if (options !== undefined && options !== null) {
			for (const k of Object.keys(options))
				if (options[k] !== undefined)
					o[k] = options[k];
		}
		const isAll = o.depth === null;

		for (const k of ['depth', 'maxArrayLength', 'maxStringLength'])
			if (o[k] === null)
				o[k] = Infinity;
		return format(v, { o, seen: [], circular: [], indent: 0,
			depth: 0, isAll }, 0);
	}
	inspect.custom = custom;
	inspect.colors = codes;
	inspect.styles = styles;
	Object.defineProperty(inspect, 'defaultOptions', {
		get() { return defaults; },
		set(v) { Object.assign(defaults, v); },
		enumerable: true
	});
	out.inspect = inspect;

	/* --- format strings --- */
	/* Has V text of its own: a toString() that is not built in? */
	function hasOwnText(v) {
		if (typeof v.toString !== 'function' &&
		    typeof v[Symbol.toPrimitive] !== 'function')
			return false;
		if (hasOwn.call(v, 'toString') ||
		    hasOwn.call(v, Symbol.toPrimitive))
			return true;
		for (let p = getProto(v); p !== null; p = getProto(p)) {
			const d = getDesc(p, 'constructor');

			if (hasOwn.call(p, 'toString') ||
			    hasOwn.call(p, Symbol.toPrimitive))
				return !(d && typeof d.value === 'function' &&
				    native.global[d.value.name] === d.value);
		}
		return false;
	}
	function plain(v, options) {
		return primitive(v, { o: options === undefined ? defaults :
			Object.assign({}, defaults, options, { colors: false }),
			indent: 0 });
	}
	function directive(c, v, options) {
		switch (c) {
		case 's':
			if (typeof v === 'string')
				return v;
			if (typeof v === 'bigint' || typeof v === 'number')
				return plain(v, options);
			if (v === null || typeof v !== 'object' &&
			    typeof v !== 'function')
				return String(v);
			return !native.isProxy(v) && (typeof v === 'function' ||
			    hasOwnText(v)) ? String(v) : inspect(v, Object.assign({}, options,
			        { depth: 0, colors: false, compact: 3 }));
		case 'd':
			return typeof v === 'bigint' ? plain(v, options) :
			    typeof v === 'symbol' ||
			    typeof v === 'object' && v !== null ? 'NaN' :
			        plain(Number(v), options);
		case 'i':
			return typeof v === 'bigint' ? plain(v, options) :
			    typeof v === 'symbol' ||
			    typeof v === 'object' && v !== null ? 'NaN' :
			        plain(parseInt(v, 10), options);
		case 'f':
			return typeof v === 'symbol' ? 'NaN' :
			    plain(parseFloat(v), options);
		case 'j':
			try {
				return String(JSON.stringify(v));
			} catch (e) {
				if (/circular|cyclic/i.test(e.message))
					return '[Circular]';
				throw e;
			}
		case 'O':
			return inspect(v, options);
		case 'o':
			return inspect(v, Object.assign({}, options,
			    { depth: 4, showHidden: true, showProxy: true }));
		case 'c':
			return '';
		}
		return undefined;
	}
	/* What console.log makes of its arguments. */
	out.format = function (args, options) {
		let s = '', i = 0, n = args.length, f, at = 0, p, r;

		if (n > 0 && typeof args[0] === 'string') {
			f = args[0];
			i = 1;
			while (n > 1 && (p = f.indexOf('%', at)) >= 0 &&
			    p + 1 < f.length) {
				s += f.slice(at, p);
				if (f.charAt(p + 1) === '%') {
					s += '%';
				} else if (i < n && (r = directive(
				    f.charAt(p + 1), args[i], options)) !==
				    undefined) {
					s += r;
					i++;
				} else {
					s += f.slice(p, p + 2);
				}
				at = p + 2;
			}
			s += f.slice(at);
		}
		for (; i < n; i++) {
			if (i > 0)
				s += ' ';
			s += typeof args[i] === 'string' ? args[i] :
			    inspect(args[i], options);
		}
		return s;
	};

})
