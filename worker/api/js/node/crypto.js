/*
 * node:crypto: hashes, HMAC, random numbers; keys are crypto.subtle's.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const types = require('util_types');
	const { Buffer } = require('buffer');
	const global = native.global;
	const webcrypto = global.crypto;
	const getRandomValues = webcrypto.getRandomValues;
	const randomUUID_ = webcrypto.randomUUID;
	const PIECE = 65536; /* getRandomValues() gives at most */
	const INT_RANGE = 2 ** 48 - 1;
	/* OpenSSL's names, and those of native.digestNew() */
	const hashes = { md5: 'MD5', sha1: 'SHA-1', sha256: 'SHA-256',
		sha384: 'SHA-384', sha512: 'SHA-512' };
	const blocks = { md5: 64, sha1: 64, sha256: 64, sha384: 128,
		sha512: 128 };

	function hashName(name) {
		const plain = name.toLowerCase().replace(/^rsa-/, '')
		    .replace(/^sha-/, 'sha');

		return hashes[plain] === undefined ? undefined : plain;
	}
	function begin(name, what) {
		const plain = hashName(name);

		if (plain === undefined)
			throw errors.error('ERR_CRYPTO_INVALID_DIGEST',
			    `${what}: ${name}`);
		return native.digestNew(hashes[plain]);
	}
	function bytesOf(data, encoding, name) {
		if (typeof data === 'string')
			return Buffer.from(data, encoding === 'buffer' ?
			    undefined : encoding);
		if (ArrayBuffer.isView(data))
			return new Uint8Array(data.buffer, data.byteOffset,
			    data.byteLength);
		if (types.isAnyArrayBuffer(data))
			return new Uint8Array(data);
		throw errors.argType(name, ['string', 'Buffer', 'TypedArray',
			'DataView'], data);
	}
	function given(bytes, encoding) {
		const b = Buffer.from(bytes);

		return encoding && encoding !== 'buffer' ?
		    b.toString(encoding) : b;
	}
	function finalized() {
		return errors.error('ERR_CRYPTO_HASH_FINALIZED',
		    'Digest already called');
	}

	/* --- hashes --- */
	const $h = native.hidden('node.hash');

	function Hash(algorithm, options) {
		if (!(this instanceof Hash))
			return new Hash(algorithm, options);
		errors.string(algorithm, 'algorithm');
		this[$h] = { digest: begin(algorithm,
			'Digest method not supported'), done: false,
			algorithm };
		if (options?.outputLength !== undefined)
			errors.integer(options.outputLength,
			    'options.outputLength', 0);
	}
	Object.assign(Hash.prototype, {
		update(data, encoding) {
			const s = this[$h], bytes = bytesOf(data, encoding,
			    'data');

			if (s.done)
				throw finalized();
			native.digestUpdate(s.digest, bytes);
			return this;
		},
		digest(encoding) {
			const s = this[$h];

			if (s.done)
				throw finalized();
			s.done = true;
			return given(native.digestFinal(s.digest), encoding);
		},
		copy(options) {
			const s = this[$h], h = new Hash(s.algorithm, options);

			if (s.done)
				throw finalized();
			h[$h].digest = native.digestCopy(
			    hashes[hashName(s.algorithm)], s.digest);
			return h;
		}
	});
	function createHash(algorithm, options) {
		return new Hash(algorithm, options);
	}
	function hash(algorithm, data, encoding = 'hex') {
		errors.string(algorithm, 'algorithm');
		if (typeof encoding !== 'string')
			throw errors.argType('outputEncoding', 'string',
			    encoding);
		return createHash(algorithm).update(data).digest(encoding);
	}

	/* --- HMAC --- */
	function Hmac(algorithm, key, options) {
		let bytes, size;

		if (!(this instanceof Hmac))
			return new Hmac(algorithm, key, options);
		errors.string(algorithm, 'hmac');
		if (key === null || key === undefined)
			throw errors.argType('key', ['ArrayBuffer', 'Buffer',
				'TypedArray', 'DataView', 'string',
				'KeyObject', 'CryptoKey'], key);
		if (hashName(algorithm) === undefined)
			throw errors.error('ERR_CRYPTO_INVALID_DIGEST',
			    `Invalid digest: ${algorithm}`);
		bytes = key instanceof KeyObject ? key.export() : bytesOf(key,
		    options?.encoding, 'key');
		size = blocks[hashName(algorithm)];
		if (bytes.length > size)
			bytes = createHash(algorithm).update(bytes).digest();
		const pad = (x) => {
			const b = new Uint8Array(size).fill(x);

			for (let i = 0; i < bytes.length; i++)
				b[i] ^= bytes[i];
			return b;
		};

		this[$h] = { inner: createHash(algorithm).update(pad(0x36)),
			outer: pad(0x5c), algorithm, done: false };
	}
	Object.assign(Hmac.prototype, {
		update(data, encoding) {
			if (this[$h].done)
				throw finalized();
			this[$h].inner.update(data, encoding);
			return this;
		},
		digest(encoding) {
			const s = this[$h];

			if (s.done)
				return encoding && encoding !== 'buffer' ? '' :
				    Buffer.from('');
			s.done = true;
			return createHash(s.algorithm).update(s.outer)
			    .update(s.inner.digest()).digest(encoding);
		}
	});
	function createHmac(algorithm, key, options) {
		return new Hmac(algorithm, key, options);
	}
	class KeyObject {
		#bytes;
		constructor(bytes) { this.#bytes = bytes; }
		get type() { return 'secret'; }
		get symmetricKeySize() { return this.#bytes.length; }
		export(options) {
			return options?.format === 'jwk' ? { kty: 'oct',
				k: this.#bytes.toString('base64url') } :
			    Buffer.from(this.#bytes);
		}
		equals(other) {
			return other instanceof KeyObject &&
			    this.#bytes.equals(other.#bytes);
		}
	}
	function createSecretKey(key, encoding) {
		return new KeyObject(Buffer.from(bytesOf(key, encoding,
		    'key')));
	}
	function timingSafeEqual(a, b) {
		const x = bytesOf(a, undefined, 'buf1');
		const y = bytesOf(b, undefined, 'buf2');

		if (typeof a === 'string')
			throw errors.argType('buf1', ['ArrayBuffer', 'Buffer',
				'TypedArray', 'DataView'], a);
		if (typeof b === 'string')
			throw errors.argType('buf2', ['ArrayBuffer', 'Buffer',
				'TypedArray', 'DataView'], b);
		if (x.length !== y.length)
			throw errors.range(
			    'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
			    'Input buffers must have the same byte length');
		return webcrypto.subtle.timingSafeEqual(x, y);
	}

	/* --- random numbers --- */
	function later(callback, work) {
		let value;

		try {
			value = work();
		} catch (e) {
			global.queueMicrotask(() => callback(e));
			return undefined;
		}
		global.queueMicrotask(() => callback(null, value));
		return undefined;
	}
	function fill(bytes) {
		for (let i = 0; i < bytes.length; i += PIECE)
			getRandomValues.call(webcrypto, new Uint8Array(
			    bytes.buffer, bytes.byteOffset + i,
			    Math.min(PIECE, bytes.length - i)));
		return bytes;
	}
	function randomBytes(size, callback) {
		errors.number(size, 'size', 0, 2 ** 31 - 1);
		if (callback !== undefined)
			errors.fn(callback, 'callback');
		return callback === undefined ? fill(Buffer.alloc(size)) :
		    later(callback, () => fill(Buffer.alloc(size)));
	}
	function randomFillSync(buffer, offset, size) {
		let bytes, unit;

		if (!ArrayBuffer.isView(buffer) &&
		    !types.isAnyArrayBuffer(buffer))
			throw errors.argType('buffer', ['ArrayBuffer',
				'ArrayBufferView'], buffer);
		unit = buffer.BYTES_PER_ELEMENT ?? 1;
		bytes = bytesOf(buffer, undefined, 'buffer');
		offset = offset === undefined ? 0 : offset;
		errors.number(offset, 'offset', 0, bytes.length / unit);
		size = size === undefined ? bytes.length / unit - offset : size;
		errors.number(size, 'size', 0, bytes.length / unit - offset);
		fill(bytes.subarray(offset * unit, (offset + size) * unit));
		return buffer;
	}
	function randomFill(buffer, offset, size, callback) {
		if (typeof offset === 'function') {
			callback = offset;
			offset = size = undefined;
		} else if (typeof size === 'function') {
			callback = size;
			size = undefined;
		}
		errors.fn(callback, 'callback');
		later(callback, () => randomFillSync(buffer, offset, size));
	}
	function uniform(min, max) {
		const range = max - min;
		const limit = INT_RANGE + 1 - (INT_RANGE + 1) % range;
		let x;

		do {
			x = fill(Buffer.alloc(6)).readUIntBE(0, 6);
		} while (x >= limit);
		return min + x % range;
	}
	function randomInt(min, max, callback) {
		if (max === undefined || typeof max === 'function') {
			callback = max;
			max = min;
			min = 0;
		}
		if (callback !== undefined)
			errors.fn(callback, 'callback');
		if (!Number.isSafeInteger(min))
			throw errors.argType('min', 'a safe integer', min);
		if (!Number.isSafeInteger(max))
			throw errors.argType('max', 'a safe integer', max);
		if (max <= min)
			throw errors.outOfRange('max',
			    `greater than the value of "min" (${min})`, max);
		if (max - min > INT_RANGE)
			throw errors.outOfRange('max - min',
			    `<= ${INT_RANGE}`, max - min);
		return callback === undefined ? uniform(min, max) :
		    later(callback, () => uniform(min, max));
	}
	function randomUUID(options) {
		if (options !== undefined) {
			errors.object(options, 'options');
			if (options.disableEntropyCache !== undefined)
				errors.boolean(options.disableEntropyCache,
				    'options.disableEntropyCache');
		}
		return randomUUID_.call(webcrypto);
	}
	function missing(name) {
		return native.named(() => {
			throw errors.notImplemented(`crypto.${name}`);
		}, name);
	}
	const crypto = {
		Hash,
		Hmac,
		KeyObject,
		createHash,
		createHmac,
		createSecretKey,
		getCiphers: () => [],
		getCurves: () => [],
		getFips: () => false,
		getHashes: () => Object.keys(hashes),
		getRandomValues: (v) => getRandomValues.call(webcrypto, v),
		hash,
		pseudoRandomBytes: randomBytes,
		randomBytes,
		randomFill,
		randomFillSync,
		randomInt,
		randomUUID,
		subtle: webcrypto.subtle,
		timingSafeEqual,
		webcrypto
	};
	for (const name of ['createCipheriv', 'createDecipheriv', 'createSign',
		'createVerify', 'createDiffieHellman', 'createECDH',
		'createPrivateKey', 'createPublicKey', 'diffieHellman',
		'generateKey', 'generateKeySync', 'generateKeyPair',
		'generateKeyPairSync', 'hkdf', 'hkdfSync', 'pbkdf2',
		'pbkdf2Sync', 'privateDecrypt', 'privateEncrypt',
		'publicDecrypt', 'publicEncrypt', 'scrypt', 'scryptSync',
		'sign', 'verify', 'checkPrime', 'checkPrimeSync',
		'generatePrime', 'generatePrimeSync'])
		crypto[name] = missing(name);
	return crypto;
})
