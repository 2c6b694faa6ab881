/* node:events. */
import assert from 'node:assert';
import EventEmitter, { once, on, errorMonitor } from 'node:events';

const same = assert.strictEqual;

export const order = {
  test() {
    const e = new EventEmitter(), calls = [];

    e.on('x', (v) => calls.push(`a${v}`));
    e.once('x', (v) => calls.push(`b${v}`));
    e.prependListener('x', function (v) {
      same(this, e);
      calls.push(`c${v}`);
    });
    same(e.emit('x', 1), true);
    e.emit('x', 2);
    assert.deepStrictEqual(calls, ['c1', 'a1', 'b1', 'c2', 'a2']);
    same(e.emit('none'), false);
    same(e.listenerCount('x'), 2);
    assert.deepStrictEqual(e.eventNames(), ['x']);
    e.removeAllListeners('x');
    same(e.listenerCount('x'), 0);
  },
};

export const removing = {
  test() {
    const e = new EventEmitter(), seen = [];
    const fn = () => {};

    e.on('newListener', (type, f) => seen.push(['new', type, f === fn]));
    e.on('removeListener', (type, f) => seen.push(['del', type, f === fn]));
    e.once('x', fn);
    assert.deepStrictEqual(e.listeners('x'), [fn]);
    same(e.rawListeners('x')[0].listener, fn);
    e.off('x', fn);
    assert.deepStrictEqual(seen, [['new', 'removeListener', false],
      ['new', 'x', true], ['del', 'x', true]]);
    assert.throws(() => e.on('x', 5), { code: 'ERR_INVALID_ARG_TYPE' });
  },
};

export const failing = {
  test() {
    const e = new EventEmitter();
    let monitored;

    assert.throws(() => e.emit('error', new RangeError('r')), RangeError);
    assert.throws(() => e.emit('error', 'text'), {
      code: 'ERR_UNHANDLED_ERROR',
      message: "Unhandled error. ('text')",
    });
    e.on(errorMonitor, (err) => { monitored = err.message; });
    e.on('error', () => {});
    e.emit('error', new Error('seen'));
    same(monitored, 'seen');
  },
};

export const awaiting = {
  async test() {
    const e = new EventEmitter(), abort = new AbortController();

    setTimeout(() => e.emit('x', 1, 2), 1);
    assert.deepStrictEqual(await once(e, 'x'), [1, 2]);
    setTimeout(() => e.emit('error', new Error('no')), 1);
    await assert.rejects(once(e, 'x'), /no/);
    setTimeout(() => abort.abort(), 1);
    await assert.rejects(once(e, 'x', { signal: abort.signal }),
      { name: 'AbortError', code: 'ABORT_ERR' });
    same(e.listenerCount('x'), 0);
    const target = new EventTarget();
    setTimeout(() => target.dispatchEvent(new Event('y')), 1);
    same((await once(target, 'y'))[0].type, 'y');
  },
};

export const iterating = {
  async test() {
    const e = new EventEmitter(), got = [];

    setTimeout(() => {
      e.emit('x', 1);
      e.emit('x', 2);
      e.emit('end');
    }, 1);
    for await (const [v] of on(e, 'x', { close: ['end'] })) got.push(v);
    assert.deepStrictEqual(got, [1, 2]);
    same(e.listenerCount('x'), 0);
  },
};

export const rejections = {
  async test() {
    const e = new EventEmitter({ captureRejections: true });

    e.on('x', async () => { throw new Error('async'); });
    e.emit('x');
    await assert.rejects(once(e, 'never'), /async/);
    class Sub extends EventEmitter {}
    const s = new Sub();
    s.setMaxListeners(1);
    same(s.getMaxListeners(), 1);
    same(s.constructor.name, 'Sub');
  },
};
