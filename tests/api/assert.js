/* node:assert: what is equal, what throws, and what it says. */
import assert, { AssertionError, strict } from 'node:assert';
import assertStrict from 'node:assert/strict';

function fails(fn, message) {
  try {
    fn();
  } catch (e) {
    assert.ok(e instanceof AssertionError, String(e));
    assert.strictEqual(e.code, 'ERR_ASSERTION');
    assert.strictEqual(e.name, 'AssertionError');
    if (message !== undefined) assert.strictEqual(e.message, message);
    return e;
  }
  throw new Error('no AssertionError');
}

export const truth = {
  test() {
    assert(true);
    assert.ok(1);
    fails(() => assert(0));
    fails(() => assert.ok(''));
    fails(() => assert(false, 'because'), 'because');
    assert.throws(() => assert(false, new TypeError('own')),
      { name: 'TypeError', message: 'own' });
    fails(() => assert.ok(), 'No value argument passed to `assert.ok()`');
    fails(() => assert.fail(), 'Failed');
    fails(() => assert.fail('why'), 'why');
  },
};

export const deep = {
  test() {
    const same = [
      [[1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
      [new Map([[{ k: 1 }, new Set([1, { x: 2 }])]]),
        new Map([[{ k: 1 }, new Set([1, { x: 2 }])]])],
      [new Date(5), new Date(5)], [/a/gi, /a/gi], [NaN, NaN],
      [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
      [Object.create(null), Object.create(null)],
      [new Error('x'), new Error('x')], [[, 1], [, 1]],
      [Object('s'), Object('s')],
    ];
    const different = [
      [{ a: 1 }, { a: 1, b: undefined }], [[1, 2], [2, 1]], [0, -0],
      [new Date(5), new Date(6)], [/a/g, /a/i], [{}, []], [1, '1'],
      [new Map([[1, 2]]), new Map([[1, 3]])],
      [new Set([1]), new Set([2])], [new Error('x'), new Error('y')],
      [{}, Object.create(null)], [[, 1], [undefined, 1]],
      [new Uint8Array([1]), new Int8Array([1])], [Object('s'), 's'],
      [{ [Symbol.for('q')]: 1 }, {}], [null, undefined],
    ];
    const a = { n: 1 }, b = { n: 1 };

    a.self = a;
    b.self = b;
    assert.deepStrictEqual(a, b);
    for (const [x, y] of same) {
      assert.deepStrictEqual(x, y);
      fails(() => assert.notDeepStrictEqual(x, y));
    }
    for (const [x, y] of different) {
      assert.notDeepStrictEqual(x, y);
      fails(() => assert.deepStrictEqual(x, y));
    }
  },
};

export const loose = {
  test() {
    assert.equal(1, '1');
    assert.equal(NaN, NaN);
    assert.notEqual(1, 2);
    assert.deepEqual({ a: 1 }, { a: '1' });
    assert.deepEqual(new Set([1, 2]), new Set([2, 1]));
    assert.notDeepEqual({ a: 1 }, { a: 2 });
    fails(() => assert.deepEqual([1], [2]));
    fails(() => strict.equal(1, '1'));
    fails(() => assertStrict.deepEqual({ a: 1 }, { a: '1' }));
  },
};

export const throwing = {
  async test() {
    const boom = () => { throw new TypeError('boom'); };

    assert.throws(boom);
    assert.throws(boom, TypeError);
    assert.throws(boom, /boom/);
    assert.throws(boom, { name: 'TypeError', message: 'boom' });
    assert.throws(boom, { message: /oo/ });
    assert.throws(boom, (e) => e.message === 'boom');
    fails(() => assert.throws(() => {}), 'Missing expected exception.');
    fails(() => assert.throws(() => {}, TypeError),
      'Missing expected exception (TypeError).');
    fails(() => assert.throws(boom, { message: 'other' }));
    fails(() => assert.throws(boom, RangeError));
    assert.doesNotThrow(() => {});
    fails(() => assert.doesNotThrow(boom));
    await assert.rejects(Promise.reject(new Error('no')), /no/);
    await assert.rejects(async () => boom(), TypeError);
    await assert.doesNotReject(async () => {});
    await assert.rejects(assert.rejects(async () => {}),
      { message: 'Missing expected rejection.' });
    await assert.rejects(assert.doesNotReject(async () => boom()),
      AssertionError);
  },
};

export const text = {
  test() {
    assert.match('abc', /b/);
    assert.doesNotMatch('abc', /x/);
    fails(() => assert.match('abc', /x/), 'The input did not match the ' +
      "regular expression /x/. Input:\n\n'abc'\n");
    fails(() => assert.doesNotMatch('abc', /b/));
    assert.ifError(null);
    fails(() => assert.ifError(new Error('e')),
      'ifError got unwanted exception: e');
    fails(() => assert.strictEqual(1, 2),
      'Expected values to be strictly equal:\n\n1 !== 2\n');
    assert.throws(() => assert.strictEqual(1),
      { code: 'ERR_MISSING_ARGS', name: 'TypeError' });
    const e = fails(() => assert.deepStrictEqual({ a: 1, b: 2 },
      { a: 1, b: 3 }));
    assert.match(e.message, /^\+ {3}b: 2$/m);
    assert.match(e.message, /^- {3}b: 3$/m);
    assert.deepStrictEqual([e.actual.b, e.expected.b, e.operator],
      [2, 3, 'deepStrictEqual']);
  },
};
