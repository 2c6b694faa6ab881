/*
 * CompressionStream and DecompressionStream.
 */
(function (native, out) {
	'use strict';
	const st = out.streams;
	/* Output that may wait for a reader: a writer need not wait for it. */
	const BUFFERED = 1 << 20;
	const CHUNK = 8192;

	function make(o, format, compress) {
		const zip = native.zipNew(String(format), compress);
		const t = st.setUpTransform(o, (chunk) => {
			native.zipRun(zip, st.requireBytes(chunk), false, give);
		}, () => {
			native.zipRun(zip, new Uint8Array(0), true, give);
			flush();
		}, BUFFERED, (chunk) => chunk.length);

		let parts = [], size = 0;

		/* What compresses gives no tiny chunks. */
		function flush() {
			const all = parts;

			parts = [];
			size = 0;
			if (all.length > 0)
				st.transformEnqueue(t, native.concat(all));
		}
		function give(chunk) {
			if (!compress) {
				st.transformEnqueue(t, chunk);
				return;
			}
			size += chunk.length;
			parts.push(chunk);
			if (size >= CHUNK)
				flush();
		}
	}
	function CompressionStream(format) {
		if (new.target === undefined)
			throw new TypeError("CompressionStream: use 'new'");
		st.need(arguments.length, 1, 'CompressionStream constructor');
		make(this, format, true);
	}
	function DecompressionStream(format) {
		if (new.target === undefined)
			throw new TypeError("DecompressionStream: use 'new'");
		st.need(arguments.length, 1, 'DecompressionStream constructor');
		make(this, format, false);
	}
	out.define(CompressionStream, st.transformSides(), null, null, 1);
	out.define(DecompressionStream, st.transformSides(), null, null, 1);
	out.globals({ CompressionStream, DecompressionStream });
})
