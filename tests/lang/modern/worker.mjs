// A worker in the language of today: each section answers one line or more.
import Store, { hit, hits, version, visible as seen, self } from './lib.mjs';
import * as lib from './lib.mjs';

const boot = await Promise.all([1, 2, 3].map(async (n) => n * n));

// ---- bindings ------------------------------------------------------------
function bindings() {
  const made = [];
  for (let i = 0; i < 3; i++) made.push(() => i);
  for (const word of ['a', 'b']) made.push(() => word);
  let shadow = 'outer';
  {
    const shadow = 'inner';
    made.push(() => shadow);
  }
  made.push(() => shadow);
  let early;
  try {
    early = later;
  } catch (error) {
    early = error.constructor.name;
  }
  const later = 1;
  made.push(() => early + later);
  try {
    later = 2;
  } catch ({ name }) {
    made.push(() => name);
  }
  return made.map((f) => f()).join(' ');
}

// ---- functions -----------------------------------------------------------
const sum = (...numbers) => numbers.reduce((a, b) => a + b, 0);
const area = ({ width = 1, height = width, ...rest } = {}) =>
  `${width}x${height}${Object.keys(rest).join('')}`;
function variadic(first, second = first * 2, ...others) {
  const inner = () => this.factor * arguments.length;
  return [first, second, others.length, inner()].join(',');
}
function functions() {
  return [
    sum(...[1, 2], 3, ...new Set([4])),
    area(), area({ width: 3, depth: 9 }), area({ width: 2, height: 5 }),
    variadic.call({ factor: 10 }, 1), variadic.apply({ factor: 1 }, [1, 2, 3, 4]),
    sum.name, variadic.length, (() => {}).name === '',
    [[3, 1, 2].toSorted?.() ?? [1, 2, 3]].flat().join(''),
  ].join(' ');
}

// ---- destructuring -------------------------------------------------------
function destructuring() {
  const [head, , third = 'none', ...tail] = 'abxyz';
  const { a: { b: [deep] = [] } = {}, ['k' + 1]: computed, ...rest } =
    { a: { b: [7] }, k1: 'K', x: 1, y: 2 };
  let left = 1, right = 2;
  [left, right] = [right, left];
  const point = {};
  ({ x: point.px, y: [point.py] } = { x: 5, y: [6] });
  const pairs = [];
  for (const [key, { n }] of new Map([['p', { n: 1 }], ['q', { n: 2 }]])) pairs.push(key + n);
  return [head, third, tail, deep, computed, JSON.stringify(rest), left, right,
    point.px, point.py, pairs].join(' ');
}

// ---- templates and operators ---------------------------------------------
const tag = (strings, ...values) =>
  strings.raw.map((raw, i) => raw + (values[i] ?? '')).join('');
function operators(input) {
  const none = input?.missing?.deeply.nested?.();
  const options = { retries: 0, name: '', tags: null };
  options.retries ??= 5;
  options.name ||= 'default';
  options.tags &&= 'never';
  options.power = 2 ** 3 ** 2;
  options.power **= 0.5;
  return [
    none, input?.list?.[1], input.call?.(4), delete input?.gone, 'gone' in input,
    options.retries, options.name, options.tags, Math.round(options.power),
    `multi
line`.length, tag`raw\n${1}and${2}`, `${[1, 2]}${{}}`, 1_000_000 + 0b11 + 0o7,
    null ?? 'nullish', 0 || 'or', typeof undeclared,
  ].map(String).join(' ');
}

// ---- classes -------------------------------------------------------------
class Shape {
  static count = 0;
  static #registry = [];
  #id = ++Shape.count;
  label = `shape${this.#id}`;
  static { this.kind = 'static block'; }
  constructor(name) {
    this.name = name;
    Shape.#registry.push(this);
  }
  get id() { return this.#id; }
  set id(value) { this.#id = value; }
  #hidden() { return `hidden ${this.#id}`; }
  reveal() { return this.#hidden(); }
  area() { return 0; }
  toString() { return `${this.name}:${this.area()}`; }
  static all() { return Shape.#registry.map(String).join(';'); }
  static isShape(value) { return #id in value; }
}
class Square extends Shape {
  constructor(side) {
    super('square');
    this.side = side;
  }
  area = () => this.side ** 2;
  toString() { return `[${super.toString()}]`; }
  get [Symbol.toStringTag]() { return 'Square'; }
}
class Failure extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}
class Stack extends Array {
  get top() { return this.at(-1); }
}
function classes() {
  const square = new Square(3);
  square.id += 10;
  const stack = new Stack();
  stack.push(1, 2);
  const mixin = (Base) => class extends Base { mixed = true; };
  const Mixed = mixin(Shape);
  const mixed = new Mixed('mix');
  let thrown;
  try {
    throw new Failure('bad', { cause: 'why' });
  } catch (error) {
    thrown = `${error instanceof Error} ${error.name} ${error.message} ${error.cause}`;
  }
  let plain;
  try {
    Shape();
  } catch (error) {
    plain = error.name;
  }
  return [
    square, square.id, square.reveal(), square.label, Shape.kind, Shape.all(),
    Shape.isShape(square), Shape.isShape({}), Object.prototype.toString.call(square),
    stack.top, stack.length, stack instanceof Stack, mixed.mixed, thrown, plain,
  ].join(' | ');
}

// ---- generators ----------------------------------------------------------
function* naturals(limit = Infinity) {
  try {
    for (let n = 0; n < limit; n++) {
      const reply = yield n;
      if (reply === 'skip') n++;
    }
  } finally {
    naturals.closed = (naturals.closed ?? 0) + 1;
  }
  return 'done';
}
function* evens(source) {
  for (const n of source) if (n % 2 === 0) yield n;
}
function generators() {
  const taken = [];
  for (const n of evens(naturals())) {
    if (n > 6) break;
    taken.push(n);
  }
  const manual = naturals(4);
  const steps = [manual.next().value, manual.next('skip').value, manual.return('early').value];
  const delegated = [...(function* () { const end = yield* naturals(2); yield end; })()];
  const tree = { value: 1, kids: [{ value: 2, kids: [] }, { value: 3, kids: [{ value: 4, kids: [] }] }] };
  const walk = function* ({ value, kids }) {
    yield value;
    for (const kid of kids) yield* walk(kid);
  };
  return [taken, steps, delegated, [...walk(tree)], naturals.closed].join(' ');
}

// ---- async ---------------------------------------------------------------
const tick = (value) => new Promise((resolve) => Promise.resolve().then(() => resolve(value)));
async function* countdown(from) {
  try {
    while (from > 0) yield await tick(from--);
  } finally {
    await tick();
    countdown.closed = true;
  }
}
async function asynchronous() {
  const seen = [];
  for await (const n of countdown(5)) {
    if (n < 3) break;
    seen.push(n);
  }
  for await (const value of [tick('p'), 'plain']) seen.push(value);
  const order = [];
  const job = async (name) => {
    order.push(`${name}1`);
    await null;
    order.push(`${name}2`);
  };
  await Promise.all([job('a'), job('b')]);
  let caught;
  try {
    await Promise.reject(new Failure('rejected'));
  } catch (error) {
    caught = error.message;
  } finally {
    order.push('finally');
  }
  const settled = await Promise.allSettled([tick(1), Promise.reject(2)]);
  const store = new Store([['x', 1]]).set('y', 2);
  const rows = [];
  for await (const [key, value] of store.stream()) rows.push(key + value);
  return [seen, countdown.closed, order, caught, settled.map((s) => s.status), rows,
    store.get('z', 'fallback'), store.size].join(' ');
}

// ---- collections, symbols, control flow ------------------------------------
function control(words) {
  const counts = new Map();
  outer: for (const word of words) {
    for (const letter of word) {
      if (letter === '-') continue outer;
      if (letter === '!') break outer;
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  const found = [...counts].filter(([, n]) => n > 1).map(([letter, n]) => letter + n);
  const grade = (n) => {
    switch (true) {
      case n > 90: { const text = 'A'; return text; }
      case n > 80: { const text = 'B'; return text; }
      default: return 'C';
    }
  };
  const money = { [Symbol.toPrimitive]: (hint) => (hint === 'number' ? 42 : 'money') };
  const view = { get total() { return this.items.length; }, items: [1, 2], ...{ extra: true } };
  return [found, grade(95), grade(85), grade(1), +money, `${money}`, view.total, view.extra,
    Object.fromEntries([['k', 'v']]).k, [...'añ😀'].length].join(' ');
}

// ---- modules ---------------------------------------------------------------
async function modules() {
  hit();
  lib.hit();
  const late = await import('./late.mjs');
  const again = await import('./late.mjs');
  return [version, seen, hits, lib.hits, self === lib, Object.keys(lib), late.snapshot(),
    late.default, late === again, boot, Store.made > 0, typeof import.meta].join(' ');
}

export async function report() {
  const input = { list: [1, 2], call: (n) => n * 2, gone: 1 };
  const lines = [
    ['bindings', bindings()],
    ['functions', functions()],
    ['destructuring', destructuring()],
    ['operators', operators(input)],
    ['classes', classes()],
    ['generators', generators()],
    ['async', await asynchronous()],
    ['control', control(['hello', 'wo-rld', 'moon', 'x!y', 'never'])],
    ['modules', await modules()],
  ];
  return lines.map(([name, text]) => `${name}: ${text}\n`).join('');
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname !== '/report') return new Response('not here\n', { status: 404 });
    return new Response(await report(), { headers: { 'content-type': 'text/plain' } });
  },
};
