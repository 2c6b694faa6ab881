// TypeScript that has something left at run time
const out = (...a: unknown[]) => console.log(a.map(String).join(' '));
interface Shape { area(): number; readonly name?: string }
type Pair<A, B = A> = { a: A; b: B } | [A, B];
enum Color { Red, Green = 5, Blue, Mixed = Red | Green, Neg = -1, Str = 'str', Len = 'abc'.length }
out(Color.Red, Color.Green, Color.Blue, Color.Mixed, Color.Neg, Color.Str, Color.Len, Color[5], Color[0], Color[-1], Object.keys(Color).length);
const enum Flags { A = 1 << 0, B = 1 << 1, C = A | B, D = ~C } out(Flags.A, Flags.B, Flags.C, Flags.D);
enum Merge { X = 1 } enum Merge { Y = 2 } out(Merge.X, Merge.Y, Merge[2]);
namespace Geo { export const pi = 3; export function area(r: number): number { return pi * r * r; } export class P { constructor(public x: number) {} dist() { return this.x * pi; } } export let count = 0; export function inc() { return ++count; } const hidden = 1; export namespace Deep { export const z = hidden + pi; } export enum E { A = 7 } }
out(Geo.pi, Geo.area(2), new Geo.P(4).dist(), Geo.inc(), Geo.count, Geo.Deep.z, Geo.E.A, 'hidden' in Geo);
namespace Geo { export const more = 'm'; } out(Geo.more, Geo.pi);
namespace A.B.C { export const v = 'abc'; } out(A.B.C.v); import Alias = A.B; out(Alias.C.v);
class Point implements Shape { static origin: Point; private readonly z: number = 1; declare ghost: string; #p?: number; constructor(public x: number, protected y = 2, readonly name?: string) { this.z += x; } area(): number { return this.x * this.y + this.z; } get p(): number | undefined { return this.#p; } opt?(): void; }
const p = new Point(3); out(p.x, p.area(), p.p, Object.keys(p).join(), 'ghost' in p);
abstract class Base<T> { abstract run(v: T): string; constructor(protected tag: string) {} show(v: T) { return this.tag + this.run(v); } }
class Impl extends Base<number> { constructor(public extra: string) { super('t'); this.extra += '!'; } override run(v: number): string { return String(v) + this.extra; } } out(new Impl('e').show(5));
function over(a: string): string; function over(a: number): number; function over(a: any): any { return a; } out(over('s'), over(1));
const id = <T,>(x: T): T => x; const gen = id<string>('g'); out(gen, id<number>(4), (p as any).x, (<any>p).x, p!.x, ({ a: 1 } satisfies { a: number }).a);
let un: string | undefined; let sure!: number; sure = 1; out(un ?? 'none', sure, typeof id<string>);
const arrow = async <T>(v: T): Promise<T> => { await null; return v; }; out(await arrow<number>(9));
for (const [k, v] of Object.entries({ q: 1 }) as [string, number][]) out(k, v);
function isStr(v: unknown): v is string { return typeof v === 'string'; } out(isStr('x'), isStr(1));
function thisArg(this: { n: number }, k: number) { return this.n + k; } out(thisArg.call({ n: 1 }, 2));
try { throw new Error('e'); } catch (e: unknown) { out((e as Error).message); }
declare const nothing: number; declare function nope(): void; declare module 'x' { export const y: number; }
export type { Pair }; export interface Exp { a: 1 } export enum Ex { One = 1 } out(Ex.One, Ex[1]);
const obj = { m<T>(this: any, x: T): T { return x; }, async *g<T>(x: T) { yield x; } }; out(obj.m(3)); for await (const v of obj.g('ag')) out(v);
const cond = (true as boolean) ? (x: number): number => x + 1 : null; out(cond!(1)); let tuple: [a: string, b?: number] = ['t']; out(tuple[0]); abstract class Abs { static make(this: new () => any) { return new this(); } } out(typeof Abs.make);
const lineEnd = (u: any) =>
  u ? String(u as any) : String(0) as any
const after = lineEnd(1) as string
out(after, lineEnd(0) satisfies string)
function returned(v: unknown) { return <string>
  v }
out(returned('cast'))
