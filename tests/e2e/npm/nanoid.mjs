import { customAlphabet, customRandom, nanoid, urlAlphabet } from "nanoid";
import { nanoid as weak } from "nanoid/non-secure";

export default () => {
	const ids = new Set(Array.from({ length: 2000 }, () => nanoid()));
	let n = 0;
	return [ids.size, [...ids].every((id) => /^[\w-]{21}$/.test(id)), nanoid(5).length, /^[abc]{10}$/.test(customAlphabet("abc", 10)()),
		customRandom("abcdef", 12, (size) => Uint8Array.from({ length: size }, () => n++ * 7))(), urlAlphabet.length, weak(8).length];
};
