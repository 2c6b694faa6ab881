import _ from "lodash-es";

export default async () => [
	_.chunk([1, 2, 3, 4, 5], 2), _.groupBy([6.1, 4.2, 6.3], Math.floor), _.merge({ a: [{ b: 2 }] }, { a: [{ c: 3 }] }),
	_.cloneDeep({ d: new Date(0), m: new Map([[1, { a: 1 }]]), r: /x/gi, n: [[1]] }).m.get(1), _.isEqual({ a: [1, new Set([1])] }, { a: [1, new Set([1])] }),
	_.camelCase("foo bar-baz"), _.kebabCase("fooBar"), _.startCase("--foo-bar--"), _.deburr("déjà vu"), _.words("fred, barney & pebbles"),
	_.get({ a: [{ b: { c: 3 } }] }, "a[0].b.c"), _.set({}, "x[0].y", 1), _.debounce(() => 1, 10).name, _.curry((a, b, c) => a + b + c)(1)(2)(3),
	_.orderBy([{ u: "b", a: 1 }, { u: "a", a: 2 }, { u: "b", a: 0 }], ["u", "a"], ["asc", "desc"]), _.sortedUniq([1, 1, 2]), _.zipObject(["a", "b"], [1, 2]),
	_([1, 2, 3]).map((x) => x * x).filter((x) => x > 1).take(1).value(), _.range(0, -4, -1), _.truncate("hi-diddly-ho there, neighborino", { length: 24, separator: " " }),
	_.escape("<a & b>"), _.flow([_.add, (x) => x * x])(1, 2), _.memoize((x) => x * 2)(4), _.padStart("7", 3, "0"), _.VERSION,
	_.intersectionWith([{ x: 1 }, { x: 2 }], [{ x: 2 }], _.isEqual), await new Promise((r) => _.defer(r, "deferred")), _.toPairs(new Map([["a", 1]])),
];
