// Counts what this process has served; it ends with the process.
export class Visits {
  #count = 0;

  static #instance;

  static get shared() {
    return (this.#instance ??= new Visits());
  }

  add() {
    return ++this.#count;
  }
}
