import a from "./namespaces.cts";
namespace NS { export namespace q { export const r = 3; } export declare const dd: number; export type T = 1; export interface I {} export enum En { P } export class Cl { x = En.P } }
export import Q = NS.q;
declare module "x" { const y: number }
declare global { interface Window { z: 1 } }
abstract class Ab<T> { abstract m(): void; protected abstract x: T; constructor(private readonly q = 1, public override?: any) {} get g(): number { return this.q } declare y: string; static { } }
class Im extends Ab<string> { m() {} x = 'x'; }
function over(a: string): void; function over(a: number): void; function over(a: any) { return a; }
let x = <any>5, y = x as unknown as string, z = x!, w = { a: 1 } satisfies object;
const gen = <T extends object>(a: T): T => a, tup: [a: string, b?: number] = ['q'];
type Cond<T> = T extends infer U extends string ? U : never;
function asserts(v: unknown): asserts v is string {}
let f2 = async <T,>(v: T) => v; for (const k of [1] as number[]) ; let opt = (a?: number, ...r: string[]): a is 1 => true;
label: for (;;) { break label }
console.log(JSON.stringify(a), Q.r, new NS.Cl().x, NS.En[0], new Im().g, over(3 as any), x, y, z, JSON.stringify(w), gen({a:1}).a, f2<number>(1) instanceof Promise);
