import { BehaviorSubject, combineLatest, concatMap, debounceTime, delay, EMPTY, firstValueFrom, from, interval, lastValueFrom, map, merge, mergeMap, of, ReplaySubject, retry, scan, share, Subject, switchMap, take, takeUntil, throwError, timer, toArray, zip, catchError, groupBy, reduce, finalize, bufferCount } from "rxjs";

const all = (o) => lastValueFrom(o.pipe(toArray()));

export default async () => {
	const s = new Subject(), seen = [];
	s.pipe(scan((a, x) => a + x, 0)).subscribe({ next: (x) => seen.push(x), complete: () => seen.push("done") });
	s.next(1); s.next(2); s.complete();
	const b = new BehaviorSubject(1), r = new ReplaySubject(2);
	[1, 2, 3].forEach((x) => r.next(x)); r.complete();
	let tries = 0, ended = 0;
	return [
		seen, b.value, await all(r), await all(of(1, 2, 3).pipe(concatMap((x) => of(x, x * 10).pipe(delay(1))))),
		await all(combineLatest([of(1, 2), of("a")])), await all(zip(of(1, 2), from(["x", "y", "z"]))), await all(interval(1).pipe(take(4), map((x) => x * x))),
		await all(merge(timer(5).pipe(map(() => "late")), of("now"))), await all(of(1, 2, 3).pipe(switchMap((x) => timer(1).pipe(map(() => x))))),
		await firstValueFrom(throwError(() => new Error("no")).pipe(catchError((e) => of(e.message)))),
		await lastValueFrom(of(0).pipe(mergeMap(() => { if (++tries < 3) throw new Error("again"); return of(tries); }), retry(5))),
		await all(of(1, 2, 3, 4).pipe(groupBy((x) => x % 2), mergeMap((g) => g.pipe(reduce((a, x) => a + x, 0))))),
		await all(from((async function* () { yield 1; yield 2; })()).pipe(bufferCount(2), finalize(() => ended++), share())), ended,
		await all(of("a", "b").pipe(debounceTime(2))), await all(EMPTY), await all(interval(1).pipe(takeUntil(timer(0)), take(0))),
	];
};
