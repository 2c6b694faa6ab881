import fs = require("./equals.cts");
namespace N { export const a = 1; export function f() { return a; } }
namespace N { export const b = a + 1; export namespace Inner { export let c = b; } }
namespace N.Deep.Er { export const z = 5; }
enum E { A, B = A + 5, C = "x" as any, D = `t${1}` as any }
enum E { F = 10 }
function fn() { return 1; } namespace fn { export const extra = 2; }
class K { static s = 1; } namespace K { export const t = K.s + 1; }
import Alias = N.Inner;
const enum CE { X = 1 << 3, Y }
export = { v: fs.val, n: [N.a, N.b, N.f(), N.Inner.c, N.Deep.Er.z, Alias.c], e: [E.A, E.B, E[6], E.F, E[10]], f: [fn(), fn.extra], k: K.t, ce: CE.Y };
