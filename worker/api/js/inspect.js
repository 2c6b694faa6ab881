/*
 * Values as text, in the form that Node's util.inspect made familiar, and the
 * format strings of console.log.
 */
(function (native, out) {
	'use strict';
	var global = native.global;
	var toString = Object.prototype.toString;
	var hasOwn = Object.prototype.hasOwnProperty;
	var isEnum = Object.prototype.propertyIsEnumerable;
	var getDesc = Object.getOwnPropertyDescriptor;
	var getProto = Object.getPrototypeOf;
	var symbolString = Symbol.prototype.toString;
	var custom = Symbol['for'] ? Symbol['for']('nodejs.util.inspect.custom') :
	    undefined;
	var isIdent = /^[A-Za-z_$][\w$]*$/;
	var defaults = { depth: 2, maxArrayLength: 100, maxStringLength: 10000,
		breakLength: 80, compact: 3, showHidden: false, sorted: false,
		getters: false, colors: false };

	function quote(s) {
		var q = "'";

		if (s.indexOf("'") >= 0)
			q = s.indexOf('"') < 0 ? '"' :
			    s.indexOf('`') < 0 ? '`' : "'";
		s = s.replace(/[\x00-\x1f\x7f-\x9f\\'"`]/g, function (c) {
			var code = c.charCodeAt(0), h;

			if (c === '\\')
				return '\\\\';
			if (c === "'" || c === '"' || c === '`')
				return c === q ? '\\' + c : c;
			switch (c) {
			case '\n': return '\\n';
			case '\t': return '\\t';
			case '\r': return '\\r';
			case '\b': return '\\b';
			case '\f': return '\\f';
			case '\v': return '\\v';
			}
			h = code.toString(16).toUpperCase();
			return '\\x' + (h.length < 2 ? '0' + h : h);
		});
		return q + s + q;
	}
	function keyText(k) {
		if (typeof k === 'symbol')
			return '[' + symbolString.call(k) + ']';
		return isIdent.test(k) ? k : quote(k);
	}
	function className(o) {
		var p = o, d;

		while (p !== null && p !== undefined) {
			d = getDesc(p, 'constructor');
			if (d !== undefined && typeof d.value === 'function' &&
			    d.value.name !== '')
				return d.value.name;
			p = getProto(p);
		}
		return null;
	}
	function tagOf(o, name) {
		var tag;

		try {
			tag = o[Symbol.toStringTag];
		} catch (e) {
			return '';
		}
		return typeof tag === 'string' && tag !== '' && tag !== name ?
		    ' [' + tag + ']' : '';
	}
	function prefix(o, fallback, size) {
		var name = className(o);

		if (name === null)
			name = '[' + fallback + ': null prototype]';
		if (size !== undefined)
			name += '(' + size + ')';
		return name + tagOf(o, name) + ' ';
	}
	function primitive(v, ctx, top) {
		switch (typeof v) {
		case 'string':
			if (v.length > ctx.o.maxStringLength)
				return quote(v.slice(0, ctx.o.maxStringLength)) +
				    '... ' + (v.length - ctx.o.maxStringLength) +
				    ' more characters';
			return quote(v);
		case 'number':
			return Object.is(v, -0) ? '-0' : String(v);
		case 'symbol':
			return symbolString.call(v);
		case 'bigint':
			return String(v) + 'n';
		default:
			return String(v);
		}
	}
	function visibleKeys(o) {
		var keys = Object.keys(o);
		var symbols = Object.getOwnPropertySymbols ?
		    Object.getOwnPropertySymbols(o) : [];
		var i;

		for (i = 0; i < symbols.length; i++) {
			if (isEnum.call(o, symbols[i]))
				keys.push(symbols[i]);
		}
		return keys;
	}
	function property(o, k, ctx, depth, bare) {
		var d = getDesc(o, k), text;

		if (d === undefined)
			text = 'undefined';
		else if (d.get !== undefined)
			text = d.set !== undefined ? '[Getter/Setter]' :
			    '[Getter]';
		else if (d.set !== undefined)
			text = '[Setter]';
		else
			text = format(d.value, ctx, depth + 1);
		return bare ? text : keyText(k) + ': ' + text;
	}
	function listArray(a, ctx, depth) {
		var items = [], n = a.length, i, holes, more;
		var max = Math.min(n, ctx.o.maxArrayLength);

		for (i = 0; i < n && items.length < max; i++) {
			if (!hasOwn.call(a, i)) {
				holes = 0;
				while (i < n && !hasOwn.call(a, i)) {
					holes++;
					i++;
				}
				i--;
				items.push('<' + holes + ' empty item' +
				    (holes > 1 ? 's' : '') + '>');
				continue;
			}
			items.push(property(a, String(i), ctx, depth, true));
		}
		more = n - i;
		if (more > 0)
			items.push('... ' + more + ' more item' +
			    (more > 1 ? 's' : ''));
		return items;
	}
	/* Many short entries: columns, as Node does. */
	function columns(items, ctx, value) {
		var total = 0, max = 0, i, n = items.length, cols, width, rows;
		var pad, line, extra = 0, widths, j, cell, isNum;

		if (ctx.o.compact >= 1 && n > 6) {
			if (/^\.\.\. /.test(items[n - 1])) {
				extra = 1;
				n--;
			}
		}
		if (n <= 6)
			return items;
		for (i = 0; i < n; i++) {
			total += items[i].length + 2;
			max = Math.max(max, items[i].length);
		}
		width = max + 2;
		if (width * 3 + ctx.indent >= ctx.o.breakLength ||
		    !(total / width > 5 || max <= 6))
			return items;
		cols = Math.min(
		    Math.round(Math.sqrt(2.5 * Math.max(width - total / n, 1) *
		        n) / Math.max(width - total / n, 1)),
		    Math.floor((ctx.o.breakLength - ctx.indent) / width),
		    ctx.o.compact * 4, 15);
		if (cols <= 1)
			return items;
		rows = [];
		widths = [];
		for (j = 0; j < cols; j++) {
			pad = 0;
			for (i = j; i < n; i += cols)
				pad = Math.max(pad, items[i].length);
			widths.push(pad + 2);
		}
		isNum = value !== undefined && value.every(function (v) {
			return typeof v === 'number' || typeof v === 'bigint';
		});
		for (i = 0; i < n; i += cols) {
			line = '';
			max = Math.min(i + cols, n);
			for (j = i; j < max - 1; j++) {
				cell = items[j] + ', ';
				pad = repeat(' ', widths[j - i] - cell.length);
				line += isNum ? pad + cell : cell + pad;
			}
			if (isNum)
				line += repeat(' ', widths[j - i] - 2 -
				    items[j].length) + items[j];
			else
				line += items[j];
			rows.push(line);
		}
		if (extra)
			rows.push(items[n]);
		return rows;
	}
	function repeat(s, n) {
		var r = '';

		while (n-- > 0)
			r += s;
		return r;
	}
	function join(items, open, close, ctx, grouped, depth) {
		var total, i, oneLine;

		if (items.length === 0)
			return open + close;
		oneLine = !grouped;
		if (oneLine && ctx.depthBelow <= ctx.o.compact) {
			total = items.length + open.length;
			for (i = 0; i < items.length; i++) {
				total += items[i].length;
				if (items[i].indexOf('\n') >= 0)
					total = Infinity;
			}
			if (total + items.length <= ctx.o.breakLength &&
			    total + ctx.indent <= ctx.o.breakLength)
				return open + ' ' + items.join(', ') + ' ' +
				    close;
		}
		i = '\n' + repeat(' ', ctx.indent + 2);
		return open + i + items.join(',' + i) + '\n' +
		    repeat(' ', ctx.indent) + close;
	}
	function functionText(f) {
		var name = typeof f.name === 'string' ? f.name : '', base, s;

		s = toString.call(f).slice(8, -1);
		if (!/Function$/.test(s))
			s = 'Function';
		if (/^class\b/.test(Function.prototype.toString.call(f))) {
			base = '[class ' + (name || '(anonymous)');
			if (getProto(f) !== Function.prototype &&
			    getProto(f) !== null && getProto(f).name)
				base += ' extends ' + getProto(f).name;
			return base + ']';
		}
		return '[' + s + (name === '' ? ' (anonymous)' : ': ' + name) +
		    ']';
	}
	function errorText(e) {
		var stack = e.stack, head;

		try {
			head = Error.prototype.toString.call(e);
		} catch (x) {
			head = 'Error';
		}
		if (typeof stack !== 'string' || stack === '')
			return '[' + head + ']';
		if (stack.indexOf(head) < 0 && /^\s+at /m.test(stack) &&
		    !/^\S/.test(stack))
			stack = head + '\n' + stack;
		return stack;
	}
	function bytesText(o, name, ctx) {
		var b = new Uint8Array(o), hex = [], i, h;

		for (i = 0; i < b.length && i < 50; i++) {
			h = b[i].toString(16);
			hex.push(h.length < 2 ? '0' + h : h);
		}
		return name + ' { [Uint8Contents]: <' + hex.join(' ') +
		    (b.length > 50 ? ' ... ' + (b.length - 50) + ' more byte' +
		        (b.length > 51 ? 's' : '') : '') +
		    '>, byteLength: ' + b.byteLength + ' }';
	}
	/* Objects of the platform: their getters are what one wants to see. */
	function platform(o, name, ctx, depth) {
		var items = [], p = getProto(o), k, v, list, seen = {};

		if (name === 'URLSearchParams' || name === 'Headers' ||
		    name === 'FormData') {
			list = [];
			o.forEach(function (value, key) {
				list.push((name === 'Headers' ? quote(key) :
				    quote(key)) + (name === 'Headers' ? ': ' :
				    ' => ') + format(value, ctx, depth + 1));
			});
			return [list, name + (name === 'Headers' ? '(' +
			    list.length + ') {' : ' {')];
		}
		for (; p !== null && p !== Object.prototype; p = getProto(p)) {
			list = Object.keys(p);
			for (k = 0; k < list.length; k++) {
				v = getDesc(p, list[k]);
				if (v.get === undefined || seen[list[k]])
					continue;
				seen[list[k]] = true;
				try {
					v = v.get.call(o);
				} catch (e) {
					continue;
				}
				items.push(list[k] + ': ' +
				    format(v, ctx, depth + 1));
			}
		}
		return [items, name + ' {'];
	}
	function format(v, ctx, depth) {
		var i, id, text, saved;

		if ((typeof v !== 'object' || v === null) &&
		    typeof v !== 'function')
			return primitive(v, ctx);
		if (custom !== undefined && depth <= ctx.o.depth) {
			i = v[custom];
			if (typeof i === 'function' && i !== inspect) {
				text = i.call(v, ctx.o.depth - depth, ctx.o,
				    inspect);
				if (text !== v)
					return typeof text === 'string' ? text :
					    format(text, ctx, depth);
			}
		}
		i = ctx.stack.indexOf(v);
		if (i >= 0) {
			id = ctx.circular.indexOf(v);
			if (id < 0)
				id = ctx.circular.push(v) - 1;
			return '[Circular *' + (id + 1) + ']';
		}
		ctx.stack.push(v);
		saved = ctx.depthBelow;
		text = formatObject(v, ctx, depth);
		ctx.depthBelow = Math.max(saved, ctx.depthBelow + 1);
		ctx.stack.pop();
		id = ctx.circular.indexOf(v);
		if (id >= 0)
			text = '<ref *' + (id + 1) + '> ' + text;
		return text;
	}
	function formatObject(v, ctx, depth) {
		var kind = native.kind(v), name = className(v), open = '{';
		var close = '}', items = [], keys, i, base = '', grouped, cut;
		var values, p;

		cut = depth > ctx.o.depth;
		ctx.depthBelow = 0;
		if (kind === 'array') {
			open = name === 'Array' ? '[' :
			    prefix(v, 'Array', v.length) + '[';
			close = ']';
			if (cut)
				return '[' + (name || 'Array') + ']';
			ctx.indent += 2;
			items = listArray(v, ctx, depth);
			keys = visibleKeys(v).filter(function (k) {
				return typeof k === 'symbol' ||
				    !/^(0|[1-9]\d*)$/.test(k);
			});
			for (i = 0; i < keys.length; i++)
				items.push(property(v, keys[i], ctx, depth));
			ctx.indent -= 2;
			if (items.length > 6) {
				values = columns(items, ctx,
				    keys.length === 0 ? v : undefined);
				grouped = values !== items;
				items = values;
			}
			return join(items, open, close, ctx, grouped);
		}
		keys = visibleKeys(v);
		if (kind === 'function') {
			base = functionText(v);
			if (keys.length === 0 || cut)
				return base;
		} else if (kind === 'error') {
			base = errorText(v);
			keys = keys.filter(function (k) {
				return k !== 'stack' && k !== 'message';
			});
			if (hasOwn.call(v, 'cause') && keys.indexOf('cause') < 0)
				keys.push('cause');
			if (keys.length === 0 || cut)
				return base;
		} else if (kind === 'bytes') {
			name = out.classOf(v);
			if (name === 'ArrayBuffer')
				return bytesText(v, 'ArrayBuffer', ctx);
			if (cut)
				return '[' + name + ']';
			if (name === 'DataView') {
				open = 'DataView {';
				items = ['byteLength: ' + v.byteLength,
					'byteOffset: ' + v.byteOffset,
					'buffer: ' + bytesText(v.buffer,
					    'ArrayBuffer', ctx)];
				return join(items, open, close, ctx, false);
			}
			values = [];
			for (i = 0; i < v.length && i < ctx.o.maxArrayLength; i++)
				values.push(v[i]);
			items = values.map(function (x) {
				return primitive(x, ctx);
			});
			if (v.length > values.length)
				items.push('... ' + (v.length - values.length) +
				    ' more item' + (v.length - values.length > 1 ?
				        's' : ''));
			open = name + '(' + v.length + ') [';
			p = items.length > 6 ? columns(items, ctx, values) :
			    items;
			return join(p, open, ']', ctx, p !== items);
		} else if (kind === 'map') {
			if (cut)
				return '[' + (name || 'Map') + ']';
			open = (name || 'Map') + '(' + v.size + ') {';
			ctx.indent += 2;
			Map.prototype.forEach.call(v, function (x, k) {
				items.push(format(k, ctx, depth + 1) + ' => ' +
				    format(x, ctx, depth + 1));
			});
			ctx.indent -= 2;
		} else if (kind === 'set') {
			if (cut)
				return '[' + (name || 'Set') + ']';
			open = (name || 'Set') + '(' + v.size + ') {';
			ctx.indent += 2;
			Set.prototype.forEach.call(v, function (x) {
				items.push(format(x, ctx, depth + 1));
			});
			ctx.indent -= 2;
		} else if (kind === 'promise') {
			if (cut)
				return '[Promise]';
			open = prefix(v, 'Promise') + '{';
			i = native.promiseState(v);
			ctx.indent += 2;
			items.push(i[0] === 0 ? '<pending>' :
			    (i[0] === 2 ? '<rejected> ' : '') +
			    format(i[1], ctx, depth + 1));
			ctx.indent -= 2;
		} else if (out.classOf(v) === 'Date' && v instanceof Date) {
			i = Date.prototype.getTime.call(v);
			base = i !== i ? 'Invalid Date' :
			    Date.prototype.toISOString.call(v);
			if (keys.length === 0)
				return base;
		} else if (v instanceof RegExp) {
			base = RegExp.prototype.toString.call(v);
			if (keys.length === 0)
				return base;
		} else if (v instanceof String || v instanceof Number ||
		    v instanceof Boolean || v instanceof Symbol) {
			base = '[' + name + ': ' +
			    primitive(v.valueOf(), ctx) + ']';
			if (v instanceof String)
				keys = keys.filter(function (k) {
					return typeof k === 'symbol' ||
					    !/^\d+$/.test(k);
				});
			if (keys.length === 0)
				return base;
		} else if (out.isPlatformObject(v) && name !== null) {
			if (cut)
				return '[' + name + ']';
			ctx.indent += 2;
			p = platform(v, name, ctx, depth);
			ctx.indent -= 2;
			items = p[0];
			open = p[1];
		} else {
			if (cut)
				return '[' + (name || 'Object: null prototype') +
				    tagOf(v, name) + ']';
			open = toString.call(v) === '[object Arguments]' ?
			    '[Arguments] [' :
			    name === 'Object' && tagOf(v, name) === '' ? '{' :
			    prefix(v, 'Object') + '{';
		}
		ctx.indent += 2;
		for (i = 0; i < keys.length; i++)
			items.push(property(v, keys[i], ctx, depth));
		ctx.indent -= 2;
		if (base !== '')
			open = base + ' {';
		return join(items, open, close, ctx, false);
	}
	function inspect(v, options) {
		var o = Object.create(defaults), k;

		if (options !== undefined && options !== null) {
			for (k in options) {
				if (options[k] !== undefined)
					o[k] = options[k] === null ? Infinity :
					    options[k];
			}
		}
		return format(v, { o: o, stack: [], circular: [], indent: 0,
			depthBelow: 0 }, 0);
	}
	if (custom !== undefined)
		inspect.custom = custom;
	out.inspect = inspect;

	function directive(c, v) {
		switch (c) {
		case 's':
			if (typeof v === 'string')
				return v;
			if (typeof v === 'object' && v !== null)
				return inspect(v, { depth: 0 });
			return typeof v === 'function' ? inspect(v) :
			    primitive(v, { o: defaults });
		case 'd':
			return typeof v === 'object' ? 'NaN' :
			    String(typeof v === 'symbol' ? NaN : Number(v));
		case 'i':
			return typeof v === 'object' || typeof v === 'symbol' ?
			    'NaN' : String(parseInt(v, 10));
		case 'f':
			return typeof v === 'symbol' ? 'NaN' :
			    String(parseFloat(v));
		case 'j':
			try {
				return JSON.stringify(v);
			} catch (e) {
				return '[Circular]';
			}
		case 'O':
			return inspect(v);
		case 'o':
			return inspect(v, { depth: 4 });
		case 'c':
			return '';
		}
		return undefined;
	}
	/* What console.log makes of its arguments. */
	out.format = function (args) {
		var s = '', i = 0, n = args.length, f, at = 0, p, r;

		if (n > 0 && typeof args[0] === 'string') {
			f = args[0];
			i = 1;
			while (n > 1 && (p = f.indexOf('%', at)) >= 0 &&
			    p + 1 < f.length) {
				s += f.slice(at, p);
				if (f.charAt(p + 1) === '%') {
					s += '%';
				} else if (i < n && (r = directive(
				    f.charAt(p + 1), args[i])) !== undefined) {
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
			    inspect(args[i]);
		}
		return s;
	};
})
