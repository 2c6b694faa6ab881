// Values, operators and conversions; identities over numbers of all sizes.
const show = (...v) => print(v.map((x) => typeof x === "bigint" ? x + "n" : String(x)).join(" "));
const fails = (f) => { try { return f(); } catch (e) { return e.name + ": " + e.message; } };

show(2n ** 64n, -7n / 2n, -7n % 2n, 1n << 70n, -5n >> 1n, ~5n, -5n & 255n, 5n ^ -1n, 0xffn, 0o17n, 0b11n, 1_000n);
show(typeof 1n, 1n === 1n, 1n == 1, 1n == "1", 2n > 1, "3" < 4n, 1n < NaN, 0n ? 1 : 2, 1n + "a", `${-1n}`);
let i = 5n;
const o = { p: 1n };
show(i++, i, ++i, i--, --i, o.p++, --o.p, -i);
show(fails(() => 1n + 1), fails(() => 1n / 0n), fails(() => 2n ** -1n), fails(() => +1n), fails(() => 1n >>> 1n));
show(fails(() => 2n ** (1n << 40n)), fails(() => BigInt(1.5)), fails(() => BigInt("1x")), fails(() => JSON.stringify([1n])));
show(BigInt(2 ** 70), BigInt(" -0 "), BigInt(""), Number(2n ** 53n + 3n), Number(-(2n ** 2000n)), parseInt("12n"));
show(BigInt.asIntN(8, 255n), BigInt.asUintN(8, -1n), BigInt.asIntN(64, 2n ** 63n), BigInt.asUintN(65, -1n));
show(new BigInt64Array([1n, -1n, 2n ** 63n]), new BigUint64Array(new BigInt64Array([-1n])).at(-1));
show(new Map([[1n, "m"]]).get(1n), { 1: "k" }[1n], [10n, 9n, 1n].sort(), [3n].includes(3n), Object(2n) * 3n);

let seed = 12345n;
const random = (bits) => {
	let r = 0n;
	for (let n = 0; n < bits; n += 30) {
		seed = (seed * 1103515245n + 12345n) & 0x7fffffffn;
		r = r << 30n | seed;
	}
	return seed & 1n ? -r : r;
};
let bad = 0;
for (let k = 0; k < 400; k++) {
	const a = random(k % 40 * 33), b = random(k % 23 * 41) || 3n, c = random(64);
	const s = BigInt(k % 150);
	if ((a / b) * b + a % b !== a) bad++;
	if ((a * b) / b !== a || (a + b) - b !== a || (a - b) + b !== a) bad++;
	if ((a + b) * c !== a * c + b * c) bad++;
	if ((a & b) + (a | b) !== a + b || (a ^ b) !== (a | b) - (a & b)) bad++;
	if (a << s !== a * 2n ** s || (a >> s) * 2n ** s + BigInt.asUintN(Number(s), a) !== a) bad++;
	if (~a !== -a - 1n || BigInt(a.toString()) !== a) bad++;
	const radix = 2 + k % 35, t = a.toString(radix);
	let back = 0n;
	for (const d of t.replace("-", "")) back = back * BigInt(radix) + BigInt(parseInt(d, 36));
	if ((a < 0n ? -back : back) !== a) bad++;
	if (BigInt("0x" + (a < 0n ? -a : a).toString(16)) !== (a < 0n ? -a : a)) bad++;
	if (a < b !== a - b < 0n || a >= b !== !(a < b)) bad++;
	if (BigInt.asIntN(40, a) !== BigInt.asIntN(40, BigInt.asUintN(40, a))) bad++;
}
show("wrong:", bad);
