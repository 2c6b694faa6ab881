import { MAX, NIL, parse, stringify, v1, v3, v4, v5, v6, v7, validate, version } from "uuid";

export default () => {
	const fixed = { msecs: 1700000000000, nsecs: 5, clockseq: 0x1234, node: [1, 2, 3, 4, 5, 6], random: Uint8Array.from({ length: 16 }, (_, i) => i * 3), seq: 7 };
	return [v1(fixed), v6(fixed), v7(fixed), v4({ random: fixed.random }), v5("example.com", v5.DNS), v3("example.com", v3.DNS), version(v4()), version(v7()),
		validate(v4()), validate("nope"), NIL, MAX, stringify(parse("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")), new Set(Array.from({ length: 500 }, () => v4())).size];
};
