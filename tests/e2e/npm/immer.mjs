import { applyPatches, current, enableMapSet, enablePatches, isDraft, original, produce, produceWithPatches } from "immer";

enableMapSet();
enablePatches();

export default () => {
	const base = { a: { b: [1, 2, 3] }, m: new Map([["k", { v: 1 }]]), s: new Set([1]), same: {} };
	const next = produce(base, (d) => {
		d.a.b.push(4);
		d.a.b[0]++;
		delete d.nothing;
		d.m.get("k").v = 2;
		d.s.add(2);
	});
	const [p, patches, inverse] = produceWithPatches({ list: [{ id: 1 }, { id: 2 }] }, (d) => {
		d.list[1].done = true;
		d.list.splice(0, 1);
		d.n = original(d).list.length + (isDraft(d.list) ? 10 : 0) + current(d).list.length;
	});
	let thrown;
	try { "use strict"; next.a.b.push(5); } catch (e) { thrown = e.name; }
	return [base.a.b, next.a.b, next.m.get("k"), base.m.get("k"), [...next.s], next.same === base.same, Object.isFrozen(next.a),
		thrown, p, patches, inverse, applyPatches(p, inverse), produce([3, 1, 2], (d) => { d.sort().reverse(); })];
};
