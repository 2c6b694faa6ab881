/* node:async_hooks: the context follows whatever runs later. */
import assert from 'node:assert';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const als = new AsyncLocalStorage();
const other = new AsyncLocalStorage();

function later(fn) {
  return new Promise((resolve, reject) => {
    fn(() => {
      try {
        resolve(als.getStore());
      } catch (e) {
        reject(e);
      }
    });
  });
}

export const through = {
  async test() {
    await als.run('a', async () => {
      assert.strictEqual(als.getStore(), 'a');
      await null;
      assert.strictEqual(als.getStore(), 'a');
      assert.strictEqual(await later((f) => setTimeout(f, 1)), 'a');
      assert.strictEqual(await later(queueMicrotask), 'a');
      assert.strictEqual(await later((f) => Promise.resolve().then(f)), 'a');
      assert.strictEqual(
        await later((f) => Promise.reject(1).catch(f)), 'a');
      assert.strictEqual(
        await later((f) => Promise.resolve().finally(f)), 'a');
      await scheduler.wait(1);
      assert.strictEqual(als.getStore(), 'a');
    });
    assert.strictEqual(als.getStore(), undefined);
  },
};

export const apart = {
  async test() {
    const seen = await Promise.all(['x', 'y', 'z'].map((name, i) =>
      als.run(name, async () => {
        for (let n = 0; n < 5; n++) {
          await scheduler.wait(i);
          assert.strictEqual(als.getStore(), name);
        }
        return als.getStore();
      })));
    assert.deepStrictEqual(seen, ['x', 'y', 'z']);
    assert.strictEqual(als.getStore(), undefined);
  },
};

export const nested = {
  test() {
    als.run(1, () => {
      other.run(2, () => {
        assert.deepStrictEqual([als.getStore(), other.getStore()], [1, 2]);
        als.exit(() => {
          assert.strictEqual(als.getStore(), undefined);
          assert.strictEqual(other.getStore(), 2);
        });
        assert.throws(() => als.run(3, () => {
          throw new RangeError('out');
        }), RangeError);
        assert.strictEqual(als.getStore(), 1);
      });
      assert.strictEqual(other.getStore(), undefined);
    });
  },
};

export const thenables = {
  async test() {
    await als.run('t', async () => {
      const value = await {
        then(resolve) {
          resolve(als.getStore());
        },
      };
      assert.strictEqual(value, 't');
    });
  },
};

export const generators = {
  async test() {
    async function* numbers() {
      yield als.getStore();
      await null;
      yield als.getStore();
    }
    const found = [];
    await als.run('g', async () => {
      for await (const x of numbers()) found.push(x);
    });
    assert.deepStrictEqual(found, ['g', 'g']);
  },
};

export const streams = {
  async test() {
    const seen = [];
    await als.run('s', async () => {
      const ts = new TransformStream({
        transform(chunk, c) {
          c.enqueue(chunk);
        },
      });
      const writer = ts.writable.getWriter();
      const written = writer.write('x').then(() => seen.push(als.getStore()));
      const reader = ts.readable.getReader();
      await reader.read();
      await written;
      seen.push(als.getStore());
    });
    assert.deepStrictEqual(seen.sort(), ['s', 's']);
  },
};

export const snapshots = {
  test() {
    const inside = als.run('then', () => AsyncLocalStorage.snapshot());
    const bound = als.run('bound', () =>
      AsyncLocalStorage.bind((x) => [als.getStore(), x]));
    const resource = als.run('res', () => new AsyncResource('R'));

    als.run('now', () => {
      assert.strictEqual(inside(() => als.getStore()), 'then');
      assert.deepStrictEqual(bound(1), ['bound', 1]);
      assert.strictEqual(
        resource.runInAsyncScope(() => als.getStore()), 'res');
      assert.strictEqual(resource.bind(() => als.getStore())(), 'res');
      assert.strictEqual(als.getStore(), 'now');
    });
  },
};

export const entered = {
  async test() {
    als.enterWith('in');
    assert.strictEqual(als.getStore(), 'in');
    await scheduler.wait(1);
    assert.strictEqual(als.getStore(), 'in');
    als.enterWith(undefined);
    assert.strictEqual(als.getStore(), undefined);
  },
};

/* What one test leaves behind is not seen by the next event. */
export const entered2 = {
  test() {
    assert.strictEqual(als.getStore(), undefined);
    als.enterWith('left behind');
  },
};
export const entered3 = {
  test() {
    assert.strictEqual(als.getStore(), undefined);
  },
};
