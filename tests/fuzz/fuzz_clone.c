/*
 * Structured clone: the input is a program that builds a value, with cycles,
 * buffers shared between views, getters and things that cannot be cloned. A
 * clone looks like what it was made of, and buffers that moved are detached.
 */
#include "config.h"

#include "tests/fuzz/api_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char script[] =
    "const views = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array,"
    "  Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,"
    "  DataView];"
    "const leaves = [() => null, () => undefined, () => NaN, () => 'text',"
    "  () => true, () => new Date(5), () => new Date(NaN), () => /a(b)/gi,"
    "  () => new Error('e'), () => new RangeError('r'), () => Object(1),"
    "  () => Object('s'), () => new Blob(['b']), () => new Headers({ a: 'b' }),"
    "  () => () => 1, () => Symbol('s'), () => new URL('http://a/'),"
    "  () => new WeakMap(), () => ({ get x() { return [1]; } }),"
    "  () => ({ get x() { throw new Error('getter'); } }),"
    "  () => new DOMException('m', 'AbortError')];"
    "function build(bytes) {"
    "  const stack = [{}], buffers = [];"
    "  let i = 0;"
    "  const next = () => i < bytes.length ? bytes[i++] : 0;"
    "  const pick = () => stack[next() % stack.length];"
    "  const steps = [() => ({}), () => [], () => new Map(), () => new Set(),"
    "    () => { const b = new ArrayBuffer(next() % 33); buffers.push(b);"
    "      return b; },"
    "    () => { const V = views[next() % views.length];"
    "      const b = buffers[next() % buffers.length];"
    "      return b === undefined ? [] : new V(b); },"
    "    () => leaves[next() % leaves.length](),"
    "    () => new Array(next()), pick];"
    "  while (i < bytes.length && stack.length < 200) {"
    "    const op = next(), v = steps[op % steps.length](), to = pick();"
    "    stack.push(v);"
    "    if (to instanceof Map) to.set(pick(), v);"
    "    else if (to instanceof Set) to.add(v);"
    "    else if (Array.isArray(to)) to[next()] = v;"
    "    else if (typeof to === 'object' && to !== null &&"
    "      !ArrayBuffer.isView(to)) to['k' + op] = v;"
    "  }"
    "  return [stack[0], buffers.filter((b, n) => bytes[n] & 1)];"
    "}"
    "function show(v, seen) {"
    "  if (typeof v !== 'object' || v === null) return typeof v + String(v);"
    "  if (seen.has(v)) return '#' + seen.get(v);"
    "  seen.set(v, seen.size);"
    "  const tag = Object.prototype.toString.call(v);"
    "  if (v instanceof Map) return tag + [...v].map((e) =>"
    "    show(e[0], seen) + show(e[1], seen)).join();"
    "  if (v instanceof Set) return tag + [...v].map((e) =>"
    "    show(e, seen)).join();"
    "  if (v instanceof ArrayBuffer) return tag + v.byteLength;"
    "  if (ArrayBuffer.isView(v)) return tag + v.byteLength +"
    "    show(v.buffer, seen);"
    "  if (v instanceof Date || v instanceof RegExp) return tag + String(v);"
    "  if (v instanceof Number || v instanceof String)"
    "    return tag + String(v);"
    "  if (v instanceof Error) return tag + v.name + v.message;"
    "  if (v instanceof Blob || v instanceof Headers) return tag;"
    "  return tag + Object.keys(v).map((k) => k + ':' +"
    "    show(v[k], seen)).join() + (v.length || '');"
    "}"
    "function fuzz(bytes) {"
    "  const [value, transfer] = build(bytes);"
    "  let copy, before;"
    "  try { before = show(value, new Map());"
    "    copy = structuredClone(value, { transfer }); }"
    "  catch (e) { return; }"
    "  const after = show(copy, new Map());"
    "  if (before !== after) failure = before + ' became ' + after;"
    "  if (transfer.some((b) => !b.detached)) failure = 'not detached';"
    "}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 1024)
		rig_run(script, data, size);
	return 0;
}
