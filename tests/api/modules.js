/* The other modules of node:*: that they are there, and do the usual. */
import assert from 'node:assert';
import path from 'node:path';
import querystring from 'node:querystring';
import url from 'node:url';
import { StringDecoder } from 'node:string_decoder';
import process, { nextTick } from 'node:process';
import * as timers from 'node:timers/promises';
import { setImmediate, clearImmediate } from 'node:timers';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import crypto from 'node:crypto';
import { mock } from 'node:test';
import bare from 'path';

const same = assert.strictEqual;

export const paths = {
  async test() {
    same(path.join('/a', '..', 'b', './c/'), '/b/c/');
    same(path.resolve('/a/b', '../c'), '/a/c');
    same(path.relative('/a/b/c', '/a/d'), '../../d');
    same(path.normalize('a//b/../c/.'), 'a/c');
    same(path.dirname('/a/b/c'), '/a/b');
    same(path.basename('/a/b.html', '.html'), 'b');
    same(path.extname('a.tar.gz'), '.gz');
    same(path.extname('.hidden'), '');
    assert.deepStrictEqual(path.parse('/home/u/f.txt'), {
      root: '/', dir: '/home/u', base: 'f.txt', ext: '.txt', name: 'f',
    });
    same(path.format({ dir: '/x', name: 'f', ext: 'js' }), '/x/f.js');
    same(path.win32.join('C:\\a', '..', 'b'), 'C:\\b');
    same(path.isAbsolute('a'), false);
    same(bare, path);
    same(globalThis.process, process);
    await assert.rejects(import('node:nothing'), /No such module/);
  },
};

export const texts = {
  test() {
    assert.deepStrictEqual({ ...querystring.parse('a=1&b=2&a=%203&c') },
      { a: ['1', ' 3'], b: '2', c: '' });
    same(querystring.stringify({ a: [1, 'x y'], b: true }), 'a=1&a=x%20y&b=true');
    const d = new StringDecoder('utf8');
    same(d.write(Buffer.from([0xe2, 0x82])), '');
    same(d.write(Buffer.from([0xac])), '\u20ac');
    same(d.end(Buffer.from([0xe2])), '\ufffd');
    same(url.fileURLToPath('file:///a%20b'), '/a b');
    same(url.pathToFileURL('/a b?').href, 'file:///a%20b%3F');
    same(url.parse('http://u:p@h:8/p?q=1#f').auth, 'u:p');
    same(url.format({ protocol: 'http', host: 'h', pathname: 'p' }),
      'http://h/p');
    same(url.domainToASCII('b\u00fccher.de'), 'xn--bcher-kva.de');
    same(url.domainToUnicode('xn--bcher-kva.de'), 'b\u00fccher.de');
  },
};

export const processes = {
  async test(ctrl, env) {
    same(process.env.FROM_TEXT, env.FROM_TEXT);
    process.env.X = 5;
    same(process.env.X, '5');
    same(await new Promise((r) => nextTick(r, 'tick')), 'tick');
    same(process.platform, 'linux');
    same(typeof process.hrtime.bigint(), 'bigint');
    assert.throws(() => nextTick(5), { code: 'ERR_INVALID_ARG_TYPE' });
    same(await timers.setTimeout(1, 'v'), 'v');
    same(await timers.setImmediate('i'), 'i');
    const c = new AbortController();
    setTimeout(() => c.abort(), 1);
    await assert.rejects(timers.setTimeout(1e6, 0, { signal: c.signal }),
      { name: 'AbortError' });
    let ran = false;
    clearImmediate(setImmediate(() => { ran = true; }));
    await timers.setTimeout(2);
    same(ran, false);
  },
};

export const channels = {
  test() {
    const c = channel('x'), got = [];
    const fn = (message, name) => got.push([message, name]);

    same(c.hasSubscribers, false);
    c.subscribe(fn);
    c.publish(1);
    c.unsubscribe(fn);
    c.publish(2);
    assert.deepStrictEqual(got, [[1, 'x']]);
    const t = tracingChannel('y'), events = [];
    t.subscribe({ start: () => events.push('start'),
      end: () => events.push('end') });
    same(t.traceSync((a) => a + 1, {}, null, 1), 2);
    assert.deepStrictEqual(events, ['start', 'end']);
  },
};

export const hashes = {
  test() {
    same(crypto.createHash('sha256').update('a').update('b').digest('hex'),
      'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603');
    same(crypto.createHash('md5').update('').digest('hex'),
      'd41d8cd98f00b204e9800998ecf8427e');
    same(crypto.createHmac('sha1', 'key').update('data').digest('base64'),
      'EEFSxb/coHvGM+69RhmfAlXJ9J0=');
    const h = crypto.createHash('sha1').update('a');
    same(h.copy().digest('hex'), crypto.createHash('sha1').update('a')
      .digest('hex'));
    assert.throws(() => crypto.createHash('nope'));
    same(crypto.randomBytes(8).length, 8);
    assert.match(crypto.randomUUID(), /^[0-9a-f-]{36}$/);
    const n = crypto.randomInt(5, 7);
    assert.ok(n === 5 || n === 6);
    same(crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), true);
  },
};

export const mocks = {
  test() {
    const f = mock.fn((a) => a + 1);

    same(f(1), 2);
    same(f.mock.callCount(), 1);
    assert.deepStrictEqual(f.mock.calls[0].arguments, [1]);
    const o = { m() { return 1; } };
    mock.method(o, 'm', () => 2);
    same(o.m(), 2);
    mock.restoreAll();
    same(o.m(), 1);
  },
};
