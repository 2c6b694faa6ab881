/*
 * console: to the worker's log.
 */
(function (native, out) {
	'use strict';
	var DEBUG = 0, INFO = 1, WARN = 2, ERROR = 3;
	var indent = '', counts = Object.create(null);
	var timers = Object.create(null);

	function write(level, text) {
		if (indent !== '')
			text = indent + text.replace(/\n/g, '\n' + indent);
		native.log(level, text);
	}
	function logger(level) {
		return function () {
			write(level, out.format(arguments));
		};
	}
	function label(v) { return v === undefined ? 'default' : String(v); }
	function pad(s, n) {
		while (s.length < n)
			s += ' ';
		return s;
	}
	function table(data, columns) {
		var rows = [], heads = [], values = false, widths, line;

		if (typeof data !== 'object' || data === null) {
			write(INFO, out.format([data]));
			return;
		}
		function row(k, v) {
			var r = { index: String(k), cells: {} };

			if (typeof v === 'object' && v !== null) {
				Object.keys(v).forEach(function (c) {
					if (columns !== undefined &&
					    columns.indexOf(c) < 0)
						return;
					if (heads.indexOf(c) < 0)
						heads.push(c);
					r.cells[c] = out.inspect(v[c],
					    { depth: 0 });
				});
			} else {
				values = true;
				r.value = out.inspect(v);
			}
			rows.push(r);
		}
		Object.keys(data).forEach(function (k) { row(k, data[k]); });
		if (columns !== undefined)
			heads = columns.slice();
		line = ['(index)'].concat(heads, values ? ['Values'] : []);
		rows = rows.map(function (r) {
			return [r.index].concat(heads.map(function (h) {
				return r.cells[h] === undefined ? '' :
				    r.cells[h];
			}), values ? [r.value === undefined ? '' : r.value] : []);
		});
		widths = line.map(function (h, i) {
			return rows.reduce(function (m, r) {
				return Math.max(m, r[i].length);
			}, h.length) + 2;
		});
		function rule(a, b, c) {
			return a + widths.map(function (w) {
				return new Array(w + 1).join('\u2500');
			}).join(b) + c;
		}
		function cells(r) {
			return '\u2502' + r.map(function (s, i) {
				return pad(' ' + s, widths[i]);
			}).join('\u2502') + '\u2502';
		}
		write(INFO, [rule('\u250c', '\u252c', '\u2510'), cells(line),
			rule('\u251c', '\u253c', '\u2524')].concat(
		    rows.map(cells),
		    [rule('\u2514', '\u2534', '\u2518')]).join('\n'));
	}
	function elapsed(name, rest, what) {
		var ms;

		name = label(name);
		if (timers[name] === undefined) {
			write(WARN, "Warning: No such label '" + name +
			    "' for console." + what + '()');
			return;
		}
		ms = native.now() - timers[name];
		write(INFO, name + ': ' + (ms < 1000 ? ms + 'ms' :
		    (ms / 1000).toFixed(3) + 's') + (rest.length > 0 ? ' ' +
		    out.format(rest) : ''));
	}
	function stack() {
		var lines = String(new Error('').stack).split('\n');

		return lines.slice(3).join('\n');
	}
	var members = {
		debug: logger(DEBUG), log: logger(INFO), info: logger(INFO),
		warn: logger(WARN), error: logger(ERROR),
		trace: function () {
			write(INFO, 'Trace: ' + out.format(arguments) + '\n' +
			    stack());
		},
		assert: function (ok) {
			var rest;

			if (ok)
				return;
			rest = Array.prototype.slice.call(arguments, 1);
			if (typeof rest[0] === 'string')
				rest[0] = 'Assertion failed: ' + rest[0];
			else
				rest.unshift('Assertion failed');
			write(ERROR, out.format(rest));
		},
		clear: function () { },
		count: function (name) {
			name = label(name);
			counts[name] = (counts[name] || 0) + 1;
			write(INFO, name + ': ' + counts[name]);
		},
		countReset: function (name) { counts[label(name)] = 0; },
		dir: function (v, options) {
			write(INFO, out.inspect(v, options));
		},
		dirxml: logger(INFO),
		group: function () {
			if (arguments.length > 0)
				write(INFO, out.format(arguments));
			if (indent.length < 200)
				indent += '  ';
		},
		groupEnd: function () { indent = indent.slice(2); },
		table: table,
		time: function (name) {
			name = label(name);
			if (timers[name] !== undefined) {
				write(WARN, "Warning: Label '" + name +
				    "' already exists for console.time()");
				return;
			}
			timers[name] = native.now();
		},
		timeEnd: function (name) {
			elapsed(name, [], 'timeEnd');
			delete timers[label(name)];
		},
		timeLog: function (name) {
			elapsed(name, Array.prototype.slice.call(arguments, 1),
			    'timeLog');
		},
		timeStamp: function () { },
		profile: function () { },
		profileEnd: function () { }
	};
	members.groupCollapsed = members.group;
	var console = Object.create({});

	out.members(console, members);
	Object.defineProperty(console, Symbol.toStringTag, {
		value: 'console', configurable: true
	});
	out.globals({ console: console });
})
