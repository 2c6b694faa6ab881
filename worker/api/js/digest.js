/*
 * crypto.DigestStream: a WritableStream whose bytes become a digest.
 */
(function (native, out) {
	'use strict';
	const st = out.streams;
	const $D = native.hidden('digest');
	const { resolve, reject, resolved } = native;
	const BigInt = native.global.BigInt;

	function digest(o) { return st.brand(o, $D, 'DigestStream'); }
	function nameOf(algorithm) {
		const name = st.isObject(algorithm) ? algorithm.name : algorithm;

		if (typeof name !== 'string')
			throw new TypeError("Failed to construct " +
			    "'DigestStream': constructor parameter 1 is not " +
			    "of type 'string or HashAlgorithm'.");
		return name.toUpperCase();
	}
	function bytesOf(chunk) {
		const b = typeof chunk === 'string' ? native.encode(chunk) :
		    st.isObject(chunk) ? native.copyBytes(chunk) : undefined;

		if (b === undefined)
			throw new TypeError('DigestStream is a byte stream ' +
			    'but received an object of non-ArrayBuffer/' +
			    'ArrayBufferView/string type on its writable side.');
		return b;
	}
	function DigestStream(algorithm) {
		if (new.target === undefined)
			throw new TypeError("DigestStream: use 'new'");
		const hash = native.digestNew(nameOf(algorithm));

		if (hash === undefined)
			throw new out.DOMException('Unrecognized or ' +
			    'unimplemented digest algorithm requested.',
			    'NotSupportedError');
		const d = st.attach(this, $D, { promise: native.promise(),
			n: 0 });

		native.markHandled(d.promise);
		st.adoptWritable(st.createWritable(st.noop, (chunk) => {
			try {
				const b = bytesOf(chunk);

				native.digestUpdate(hash, b);
				d.n += b.length;
			} catch (e) {
				reject(d.promise, e);
				return native.rejected(e);
			}
			return resolved(undefined);
		}, () => {
			resolve(d.promise, native.digestFinal(hash));
			return resolved(undefined);
		}, (reason) => {
			reject(d.promise, reason);
			return resolved(undefined);
		}, 1), this);
	}
	out.define(DigestStream, {
		get digest() { return digest(this).promise; },
		get bytesWritten() { return BigInt(digest(this).n); }
	}, null, st.WritableStream, 1);
	out.DigestStream = DigestStream;
})
