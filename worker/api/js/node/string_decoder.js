/*
 * node:string_decoder: bytes to text, characters never cut.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const { Buffer } = require('buffer');

	function normal(encoding) {
		const name = String(encoding ?? 'utf8').toLowerCase();

		if (encoding !== undefined && encoding !== null &&
		    !Buffer.isEncoding(encoding))
			throw errors.type('ERR_UNKNOWN_ENCODING',
			    `Unknown encoding: ${encoding}`);
		switch (name) {
		case '': case 'utf-8':
			return 'utf8';
		case 'ucs2': case 'ucs-2': case 'utf-16le':
			return 'utf16le';
		case 'binary':
			return 'latin1';
		default:
			return name;
		}
	}
	/* Bytes at the end of B that begin a character of UTF-8. */
	function openUtf8(b) {
		for (let n = 1; n <= 3 && n <= b.length; n++) {
			const c = b[b.length - n];

			if (c < 0x80)
				return 0;
			if (c >= 0xc0) {
				const need = c >= 0xf0 && c < 0xf5 ? 4 :
				    c >= 0xe0 && c < 0xf0 ? 3 :
				    c >= 0xc2 && c < 0xe0 ? 2 : 1;

				return need > n && isPrefix(b.subarray(
				    b.length - n)) ? n : 0;
			}
		}
		return 0;
	}
	function isPrefix(b) {
		const [a, c] = b;

		if (b.length < 2)
			return true;
		return !(a === 0xe0 && c < 0xa0 || a === 0xed && c > 0x9f ||
		    a === 0xf0 && c < 0x90 || a === 0xf4 && c > 0x8f);
	}
	function open(b, encoding) {
		switch (encoding) {
		case 'utf8':
			return openUtf8(b);
		case 'utf16le': {
			const odd = b.length % 2, hi = b[b.length - odd - 1];

			return odd + (b.length - odd >= 2 && hi >= 0xd8 &&
			    hi <= 0xdb ? 2 : 0);
		}
		case 'base64': case 'base64url':
			return b.length % 3;
		default:
			return 0;
		}
	}
	function size(encoding, b) {
		if (encoding === 'base64' || encoding === 'base64url')
			return 3;
		if (encoding === 'utf16le')
			return b.length >= 2 ? 4 : 2;
		return b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
	}
	function StringDecoder(encoding) {
		this.encoding = normal(encoding);
		Object.defineProperty(this, '_rest', {
			value: Buffer.alloc(0), writable: true
		});
	}
	Object.assign(StringDecoder.prototype, {
		write(b) {
			let all, n;

			if (typeof b === 'string')
				return b;
			if (!ArrayBuffer.isView(b))
				throw errors.argType('buf', ['Buffer',
					'TypedArray', 'DataView'], b);
			b = Buffer.from(b.buffer, b.byteOffset, b.byteLength);
			all = this._rest.length > 0 ?
			    Buffer.concat([this._rest, b]) : b;
			n = open(all, this.encoding);
			this._rest = Buffer.from(all.subarray(all.length - n));
			return all.toString(this.encoding, 0, all.length - n);
		},
		end(b) {
			let text = b === undefined ? '' : this.write(b);

			if (this._rest.length > 0) {
				text += this.encoding === 'utf8' ? '\ufffd' :
				    this._rest.toString(this.encoding);
				this._rest = Buffer.alloc(0);
			}
			return text;
		},
		text(b, offset) {
			this._rest = Buffer.alloc(0);
			return this.write(b.subarray(offset));
		}
	});
	Object.defineProperties(StringDecoder.prototype, {
		lastChar: {
			get() {
				const b = Buffer.alloc(4);

				this._rest.copy(b);
				return b;
			}, configurable: true, enumerable: true
		},
		lastNeed: {
			get() {
				return this._rest.length === 0 ? 0 :
				    size(this.encoding, this._rest) -
				    this._rest.length;
			}, configurable: true, enumerable: true
		},
		lastTotal: {
			get() {
				return this._rest.length === 0 ? 0 :
				    size(this.encoding, this._rest);
			}, configurable: true, enumerable: true
		}
	});
	return { StringDecoder };
})
