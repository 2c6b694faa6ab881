/*
 * CompressionStream and DecompressionStream.
 */
(function (native, out) {
	'use strict';
	const st = out.streams;

	function make(o, format, compress) {
		const zip = native.zipNew(String(format), compress);
		const t = st.setUpTransform(o, (chunk) => {
			native.zipRun(zip, st.requireBytes(chunk), false, give);
		}, () => {
			native.zipRun(zip, new Uint8Array(0), true, give);
		});

		function give(chunk) {
			st.transformEnqueue(t, chunk);
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
