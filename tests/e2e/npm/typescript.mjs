// The compiler itself: 9 MB of source. It strips the types of 200 lines.
import ts from "typescript";

const part = `
interface Shape<T extends number = number> { readonly kind: string; area(): T; }
enum Colour { Red = 1, Green = Red << 1, Blue }
namespace Geometry { export const unit = 1; export function scale(x: number) { return x * unit; } }
abstract class Base<T> implements Shape { abstract kind: string; constructor(protected value: T, public name?: string) {} area() { return 0; } }
class Circle extends Base<number> { kind = "circle" as const; override area(): number { return Math.PI * this.value ** 2; } static #count = 0; get count() { return Circle.#count++; } }
const pick = <T, K extends keyof T>(o: T, ...keys: K[]): Pick<T, K> => Object.fromEntries(keys.map((k) => [k, o[k]!])) as Pick<T, K>;
type Fn = (a: string, b?: number) => void;
let x: unknown = <Fn>((a, b = 2) => { console.log(a!, b satisfies number); });
export async function* walk(n: number): AsyncGenerator<number> { for await (const i of [n, n + 1]) yield i; }
export default function overload(a: string): string;
`.replace("export default function overload(a: string): string;\n", "");
const source = Array.from({ length: 20 }, (_, i) => part.replace(/\b(Shape|Colour|Geometry|Base|Circle|pick|Fn|x|walk)\b/g, `$1${i}`)).join("");

export default () => {
	const out = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
	return [source.split("\n").length, out.diagnostics.length, out.outputText.length, out.outputText.slice(0, 1200),
		ts.transpileModule("let a: number = ;", { reportDiagnostics: true }).diagnostics.map((d) => [d.code, d.messageText])];
};
