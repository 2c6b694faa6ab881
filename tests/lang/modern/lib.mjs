// What the worker imports: every form of export.
export const version = '1.2.3';
export let hits = 0;
export function hit() {
  hits += 1;
  return hits;
}
export default class Store {
  #rows = new Map();
  static #made = 0;
  static get made() { return Store.#made; }
  constructor(rows = []) {
    Store.#made++;
    for (const [key, value] of rows) this.#rows.set(key, value);
  }
  get size() { return this.#rows.size; }
  get(key, fallback = null) { return this.#rows.get(key) ?? fallback; }
  set(key, value) {
    this.#rows.set(key, value);
    return this;
  }
  *[Symbol.iterator]() { yield* this.#rows; }
  async *stream() {
    for (const row of this) {
      await null;
      yield row;
    }
  }
}
const secret = 'renamed';
export { secret as visible };
export * as self from './lib.mjs';
