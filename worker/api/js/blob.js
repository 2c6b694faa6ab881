/*
 * Blob, File, FormData, and bodies made of them.
 */
(function (native, out) {
	'use strict';
	var $B = native.hidden('blob');
	var $F = native.hidden('form');
	var define = out.define;
	var iterator = Symbol.iterator;

	/* --- Blob --- */
	function blob(o) {
		var s = o !== null && typeof o === 'object' ? o[$B] : undefined;

		if (s === undefined)
			throw new TypeError('Illegal invocation');
		return s;
	}
	function isBlob(o) {
		return o !== null && typeof o === 'object' &&
		    o[$B] !== undefined;
	}
	function typeOf(options) {
		var t = options === undefined || options === null ? undefined :
		    options.type;

		t = t === undefined ? '' : String(t);
		return /[^\x20-\x7e]/.test(t) ? '' : t.toLowerCase();
	}
	function endings(s, options) {
		if (options && options.endings === 'native')
			s = s.replace(/\r\n?/g, '\n');
		return s;
	}
	function makeBytes(parts, options, what) {
		var list, i, p, b, chunks = [];

		if (parts === undefined)
			return new Uint8Array(0);
		if (parts === null || (typeof parts !== 'object' &&
		    typeof parts !== 'function'))
			throw new TypeError(what +
			    ': the parts must be iterable');
		if (options && options.endings !== undefined &&
		    options.endings !== 'native' &&
		    options.endings !== 'transparent')
			throw new TypeError(what + ': invalid endings');
		list = native.list(parts);
		for (i = 0; i < list.length; i++) {
			p = list[i];
			if (isBlob(p)) {
				chunks.push(blob(p).bytes);
				continue;
			}
			b = typeof p === 'object' ? native.copyBytes(p) :
			    undefined;
			chunks.push(b !== undefined ? b :
			    native.encode(endings(String(p), options)));
		}
		return native.concat(chunks);
	}
	function checkOptions(options, what) {
		if (options !== undefined && options !== null &&
		    typeof options !== 'object' &&
		    typeof options !== 'function')
			throw new TypeError(what +
			    ': options must be an object');
	}
	function Blob(parts, options) {
		if (new.target === undefined)
			throw new TypeError("Blob: use 'new'");
		checkOptions(options, 'Blob constructor');
		this[$B] = { self: this,
			bytes: makeBytes(parts, options, 'Blob constructor'),
			type: typeOf(options) };
	}
	function newBlob(bytes, type) {
		var o = Object.create(Blob.prototype);

		o[$B] = { self: o, bytes: bytes, type: type };
		return o;
	}
	function clamp(v, size, dflt) {
		if (v === undefined)
			return dflt;
		v = Math.trunc(Number(v)) || 0;
		return v < 0 ? Math.max(size + v, 0) : Math.min(v, size);
	}
	function promised(fn) {
		try {
			return native.resolved(fn());
		} catch (e) {
			return native.rejected(e);
		}
	}
	define(Blob, {
		get size() { return blob(this).bytes.length; },
		get type() { return blob(this).type; },
		slice(start, end, type) {
			var s = blob(this), n = s.bytes.length;

			start = clamp(start, n, 0);
			end = clamp(end, n, n);
			return newBlob(s.bytes.subarray(start,
			    Math.max(start, end)),
			    typeOf({ type: type }));
		},
		text() {
			var o = this;

			return promised(function () {
				return native.decode(blob(o).bytes);
			});
		},
		arrayBuffer() {
			var o = this;

			return promised(function () {
				return native.copyBytes(blob(o).bytes).buffer;
			});
		},
		bytes() {
			var o = this;

			return promised(function () {
				return native.copyBytes(blob(o).bytes);
			});
		},
		stream() {
			return out.bytesStream(
			    native.copyBytes(blob(this).bytes), false);
		}
	}, null, null, 0);
	native.value(Blob.prototype.slice, 'length', 0, true);

	function File(parts, name, options) {
		if (new.target === undefined)
			throw new TypeError("File: use 'new'");
		if (arguments.length < 2)
			throw new TypeError(
			    'File constructor: 2 arguments required');
		checkOptions(options, 'File constructor');
		this[$B] = { self: this,
			bytes: makeBytes(parts, options, 'File constructor'),
			type: typeOf(options),
			name: native.wellFormed(String(name)),
			modified: options && options.lastModified !== undefined ?
			    Math.trunc(Number(options.lastModified)) || 0 :
			    Date.now() };
	}
	define(File, {
		get name() { return blob(this).name; },
		get lastModified() { return blob(this).modified; }
	}, null, Blob, 2);
	function newFile(bytes, name, type, modified) {
		var o = Object.create(File.prototype);

		o[$B] = { self: o, bytes: bytes, type: type, name: name,
			modified: modified === undefined ? Date.now() :
			    modified };
		return o;
	}

	/* --- FormData --- */
	function form(o) {
		var s = o !== null && typeof o === 'object' ? o[$F] : undefined;

		if (s === undefined)
			throw new TypeError('Illegal invocation');
		return s;
	}
	function FormData() {
		if (new.target === undefined)
			throw new TypeError("FormData: use 'new'");
		if (arguments.length > 0 && arguments[0] !== undefined)
			throw new TypeError(
			    'FormData constructor: there are no forms here');
		this[$F] = { self: this, list: [] };
	}
	function entry(name, value, filename, given) {
		var s;

		name = native.wellFormed(String(name));
		if (!isBlob(value)) {
			if (given > 2)
				throw new TypeError('FormData: a filename ' +
				    'needs a Blob as its value');
			return { name: name,
				value: native.wellFormed(String(value)) };
		}
		s = blob(value);
		if (given > 2 || s.name === undefined) {
			value = newFile(s.bytes, given > 2 ?
			    native.wellFormed(String(filename)) :
			    s.name || 'blob', s.type, s.modified);
		}
		return { name: name, value: value };
	}
	function need(args, n, what) {
		if (args < n)
			throw new TypeError('FormData.' + what + ': ' + n +
			    ' arguments required, but only ' + args +
			    ' present.');
	}
	function makeIterator(o, what) {
		var s = form(o), it = Object.create(iteratorProto);

		it[$F] = { list: s, pos: 0, what: what };
		return it;
	}
	define(FormData, {
		append(name, value, filename) {
			var s = form(this);

			need(arguments.length, 2, 'append');
			s.list.push(entry(name, value, filename,
			    arguments.length));
		},
		'delete': function (name) {
			var s = form(this);

			need(arguments.length, 1, 'delete');
			name = native.wellFormed(String(name));
			s.list = s.list.filter(function (e) {
				return e.name !== name;
			});
		},
		'get': function (name) {
			var s = form(this), i;

			need(arguments.length, 1, 'get');
			name = native.wellFormed(String(name));
			for (i = 0; i < s.list.length; i++) {
				if (s.list[i].name === name)
					return s.list[i].value;
			}
			return null;
		},
		getAll(name) {
			var s = form(this);

			need(arguments.length, 1, 'getAll');
			name = native.wellFormed(String(name));
			return s.list.filter(function (e) {
				return e.name === name;
			}).map(function (e) { return e.value; });
		},
		has(name) {
			var s = form(this);

			need(arguments.length, 1, 'has');
			name = native.wellFormed(String(name));
			return s.list.some(function (e) {
				return e.name === name;
			});
		},
		'set': function (name, value, filename) {
			var s = form(this), e, done = false;

			need(arguments.length, 2, 'set');
			e = entry(name, value, filename, arguments.length);
			s.list = s.list.filter(function (x, i) {
				if (x.name !== e.name)
					return true;
				if (done)
					return false;
				done = true;
				x.value = e.value;
				return true;
			});
			if (!done)
				s.list.push(e);
		},
		forEach(callback, self) {
			var s = form(this), i;

			if (typeof callback !== 'function')
				throw new TypeError('FormData.forEach: the ' +
				    'callback is not a function');
			for (i = 0; i < s.list.length; i++)
				callback.call(self, s.list[i].value,
				    s.list[i].name, this);
		},
		keys() { return makeIterator(this, 0); },
		values() { return makeIterator(this, 1); },
		entries() { return makeIterator(this, 2); }
	}, null, null, 0);
	native.value(FormData.prototype.append, 'length', 2, true);
	native.value(FormData.prototype.set, 'length', 2, true);
	native.value(FormData.prototype.forEach, 'length', 1, true);
	native.value(FormData.prototype, iterator, FormData.prototype.entries);
	var iteratorProto = Object.create(out.iteratorPrototype);
	Object.defineProperty(iteratorProto, 'next', {
		value: native.named(function () {
			var s = this[$F], e;

			if (s === undefined)
				throw new TypeError('Illegal invocation');
			if (s.pos >= s.list.list.length)
				return { value: undefined, done: true };
			e = s.list.list[s.pos++];
			return { value: s.what === 0 ? e.name : s.what === 1 ?
			    e.value : [e.name, e.value], done: false };
		}, 'next'), writable: true, enumerable: true, configurable: true
	});
	Object.defineProperty(iteratorProto, Symbol.toStringTag, {
		value: 'FormData Iterator', configurable: true
	});

	/* --- multipart/form-data --- */
	function escapeName(s, isName) {
		if (/\\$/.test(s))
			throw new TypeError('Name or filename can\'t ' +
			    'end with backslash');
		if (isName)
			s = s.replace(/\r\n?|\n/g, '\r\n');
		return s.replace(/\\/g, '\\\\').replace(/\r/g, '%0D')
		    .replace(/\n/g, '%0A').replace(/"/g, '%22');
	}
	function encodeForm(o) {
		var s = form(o), boundary, chunks = [], i, e, b, head;

		boundary = '----formdata-' + native.random();
		for (i = 0; i < s.list.length; i++) {
			e = s.list[i];
			head = '--' + boundary +
			    '\r\nContent-Disposition: form-data; name="' +
			    escapeName(e.name, true) + '"';
			if (typeof e.value === 'string') {
				chunks.push(native.encode(head + '\r\n\r\n' +
				    e.value.replace(/\r\n?|\n/g, '\r\n') +
				    '\r\n'));
				continue;
			}
			b = blob(e.value);
			chunks.push(native.encode(head + '; filename="' +
			    escapeName(b.name, false) + '"\r\nContent-Type: ' +
			    (b.type || 'application/octet-stream') +
			    '\r\n\r\n'));
			chunks.push(b.bytes);
			chunks.push(native.encode('\r\n'));
		}
		chunks.push(native.encode('--' + boundary + '--\r\n'));
		return [native.plain(native.concat(chunks)),
			'multipart/form-data; boundary=' + boundary];
	}
	/* The bytes and type of a body that is a Blob or FormData. */
	out.bodyOf = function (o) {
		var s;

		if (isBlob(o)) {
			s = blob(o);
			return [native.plain(s.bytes), s.type];
		}
		return o[$F] !== undefined ? encodeForm(o) : undefined;
	};
	out.makeBlob = function (bytes, type) {
		return newBlob(bytes, mimeOf(type));
	};
	/* The last of the types that Content-Type lists. */
	function mimeOf(type) {
		var list = type.indexOf('"') < 0 ? type.split(',') : [type];
		var i;

		for (i = list.length - 1; i >= 0; i--) {
			if (/^\s*[^\s\/;]+\/[^\s\/;]+\s*(;|$)/.test(list[i]))
				return list[i].trim().toLowerCase();
		}
		return '';
	}

	/* Parameters of a header value: name="quoted" or token */
	function parameter(value, name) {
		var re = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;
		var m;

		while ((m = re.exec(value)) !== null) {
			if (m[1].toLowerCase() === name)
				return m[2] !== undefined ?
				    m[2].replace(/\\(.)/g, '$1') : m[3].trim();
		}
		return undefined;
	}
	/* The end of a part's head: an empty line; lines may end in LF alone. */
	var LF = native.encode('\n');

	function endOfHead(bytes, at, end) {
		while (at < end) {
			if (bytes[at] === 10)
				return at + 1;
			if (bytes[at] === 13 && bytes[at + 1] === 10)
				return at + 2;
			at = native.find(bytes, LF, at);
			if (at < 0)
				break;
			at++;
		}
		throw new TypeError('FormData part had invalid headers.');
	}
	function parsePart(fd, bytes, start, end) {
		var at = endOfHead(bytes, start, end), lines, i, m;
		var disposition = '', type, name, filename, data;

		lines = native.decode(bytes.subarray(start, at)).split(/\r?\n/);
		for (i = 0; i < lines.length; i++) {
			m = /^([^:\s]+)\s*:\s*(.*)$/.exec(lines[i]);
			if (m === null)
				continue;
			if (m[1].toLowerCase() === 'content-disposition')
				disposition = m[2];
			else if (m[1].toLowerCase() === 'content-type')
				type = m[2];
		}
		if (disposition === '')
			throw new TypeError('No valid Content-Disposition ' +
			    'header found in FormData part.');
		if (!/^form-data\s*(;|$)/i.test(disposition))
			throw new TypeError('Content-Disposition header for ' +
			    'FormData part must have the value "form-data", ' +
			    'possibly followed by parameters. Got: "' +
			    disposition.split(';')[0].trim() + '"');
		name = parameter(disposition, 'name');
		if (name === undefined)
			throw new TypeError('Content-Disposition header in ' +
			    'FormData part is missing a name.');
		filename = parameter(disposition, 'filename');
		data = native.copyBytes(bytes.subarray(at, end));
		form(fd).list.push({ name: name,
			value: filename === undefined ? native.decode(data) :
			    newFile(data, filename,
			        type === undefined ? 'text/plain' : type) });
	}
	function parseMultipart(fd, bytes, boundary) {
		var first = native.encode('--' + boundary);
		var next = native.encode('\n--' + boundary);
		var pos = native.find(bytes, first, 0), end;

		if (pos < 0)
			throw new TypeError('No initial boundary string (or ' +
			    'you have a truncated message).');
		pos += first.length;
		for (;;) {
			if (bytes[pos] === 45 && bytes[pos + 1] === 45)
				return;
			while (bytes[pos] === 32 || bytes[pos] === 9)
				pos++;
			if (bytes[pos] === 13)
				pos++;
			if (bytes[pos] !== 10)
				throw new TypeError('Boundary string was not ' +
				    'succeeded by CRLF.');
			/* an empty part: the delimiter follows at once */
			end = native.find(bytes, next, pos);
			if (end < 0)
				throw new TypeError('No subsequent boundary ' +
				    'string (or you have a truncated ' +
				    'message).');
			parsePart(fd, bytes, pos + 1,
			    bytes[end - 1] === 13 ? end - 1 : end);
			pos = end + next.length;
		}
	}
	out.parseFormData = function (bytes, type) {
		var fd = new FormData(), essence, boundary;

		essence = type.split(';')[0].trim().toLowerCase();
		if (essence === 'multipart/form-data') {
			boundary = parameter(type, 'boundary');
			if (boundary === undefined || boundary === '')
				throw new TypeError('No boundary string in ' +
				    'Content-Type header. The multipart/' +
				    'form-data MIME type requires a boundary ' +
				    'parameter.');
			parseMultipart(fd, bytes, boundary);
		} else if (essence === 'application/x-www-form-urlencoded') {
			new URLSearchParams(native.decode(bytes)).forEach(
			    function (value, name) {
				form(fd).list.push({ name: name,
					value: value });
			});
		} else {
			throw new TypeError('Unrecognized Content-Type header' +
			    ' value. FormData can only parse the following ' +
			    'MIME types: multipart/form-data, application/' +
			    'x-www-form-urlencoded');
		}
		return fd;
	};
	out.isBlob = isBlob;
	out.blobState = blob;
	out.newBlob = newBlob;
	out.newFile = newFile;
	out.cloneBlob = function (o) {
		var s = blob(o);

		return s.name === undefined ? newBlob(s.bytes, s.type) :
		    newFile(s.bytes, s.name, s.type, s.modified);
	};
	out.isPlatformObject = native.isPlatform;
	out.globals({ Blob: Blob, File: File, FormData: FormData });
})
