/* node:buffer. */
import assert from 'node:assert';
import { Buffer, transcode, isUtf8, isAscii } from 'node:buffer';

const same = assert.strictEqual;

export const encodings = {
  test() {
    const text = 'h\u00e9\u20ac\u{1f600}\ud800';
    const rows = [
      ['utf8', 'h\u00e9', '68c3a9'], ['latin1', 'h\u00e9', '68e9'],
      ['ascii', 'h\u00e9', '68e9'], ['utf16le', 'h\u20ac', '6800ac20'],
      ['hex', '0aFF', '0aff'], ['base64', 'aMOp', '68c3a9'],
      ['base64url', '-_-_', 'fbffbf'], ['ucs2', 'a', '6100'],
      ['binary', '\u00ff', 'ff'],
    ];
    for (const [encoding, s, hex] of rows)
      same(Buffer.from(s, encoding).toString('hex'), hex, encoding);
    same(Buffer.from(text).toString(), 'h\u00e9\u20ac\u{1f600}\ufffd');
    same(Buffer.from(text, 'utf16le').toString('utf16le'), text);
    same(Buffer.from('aGVsbG8=').toString('latin1'), 'aGVsbG8=');
    same(Buffer.from(' aG Vs\nbG8', 'base64').toString(), 'hello');
    same(Buffer.from('abxcd', 'hex').toString('hex'), 'ab');
    same(Buffer.from([0xe2, 0x82]).toString(), '\ufffd');
    same(Buffer.from('hello').toString('base64'), 'aGVsbG8=');
    same(Buffer.from([251, 255]).toString('base64url'), '-_8');
    same(Buffer.from([200, 100]).toString('ascii'), 'Hd');
    same(Buffer.from('hello').toString('utf8', 1, 3), 'el');
    assert.throws(() => Buffer.from('a', 'nope'),
      { code: 'ERR_UNKNOWN_ENCODING', message: 'Unknown encoding: nope' });
  },
};

export const making = {
  test() {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const shared = Buffer.from(bytes.buffer, 1, 2);

    assert.ok(shared instanceof Buffer && shared instanceof Uint8Array);
    bytes[1] = 9;
    same(shared[0], 9);
    same(Buffer.from(bytes)[1], 9);
    assert.deepStrictEqual([...Buffer.alloc(3, 'ab')], [97, 98, 97]);
    assert.deepStrictEqual([...Buffer.of(1, 257)], [1, 1]);
    same(Buffer.concat([Buffer.from('a'), Buffer.from('bc')]).toString(),
      'abc');
    same(Buffer.concat([Buffer.from('abc')], 2).toString(), 'ab');
    same(Buffer.concat([Buffer.from('a')], 2).length, 2);
    same(Buffer.byteLength('\u20ac'), 3);
    same(Buffer.byteLength('aGk=', 'base64'), 2);
    assert.deepStrictEqual(JSON.parse(JSON.stringify(Buffer.from('a'))),
      { type: 'Buffer', data: [97] });
    same(Buffer.from({ type: 'Buffer', data: [104] }).toString(), 'h');
    assert.throws(() => Buffer.from(5), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => Buffer.alloc(-1), { code: 'ERR_OUT_OF_RANGE' });
    same(Buffer.isBuffer(new Uint8Array(1)), false);
    same(globalThis.Buffer, Buffer);
  },
};

export const numbers = {
  test() {
    const b = Buffer.alloc(8);

    same(b.writeUInt32BE(0xdeadbeef, 0), 4);
    same(b.readUInt32BE(0), 0xdeadbeef);
    same(b.readUInt32LE(0), 0xefbeadde);
    same(b.readInt32BE(0), 0xdeadbeef | 0);
    same(b.readUint16BE(2), 0xbeef);
    same(b.readInt8(0), -34);
    b.writeIntLE(-123456789, 0, 5);
    same(b.readIntLE(0, 5), -123456789);
    b.writeDoubleBE(Math.PI);
    same(b.readDoubleBE(), Math.PI);
    b.writeFloatLE(0.5, 4);
    same(b.readFloatLE(4), 0.5);
    b.writeBigInt64LE(-5n);
    same(b.readBigInt64LE(), -5n);
    assert.throws(() => b.readUInt16LE(7), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => b.writeUInt8(256), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => b.readInt8('1'), { code: 'ERR_INVALID_ARG_TYPE' });
    same(Buffer.from('01020304', 'hex').swap16().toString('hex'),
      '02010403');
    assert.throws(() => Buffer.alloc(3).swap32(), RangeError);
  },
};

export const searching = {
  test() {
    const b = Buffer.from('abcabc\u20ac');

    same(b.indexOf('c'), 2);
    same(b.indexOf('c', 3), 5);
    same(b.lastIndexOf('abc'), 3);
    same(b.lastIndexOf('abc', 2), 0);
    same(b.indexOf(Buffer.from('ca')), 2);
    same(b.indexOf(98), 1);
    same(b.includes('\u20ac'), true);
    same(b.indexOf('x'), -1);
    same(b.indexOf('c', -4), 5);
    same(Buffer.from('aabb', 'utf16le').indexOf('b', 0, 'utf16le'), 4);
    same(b.indexOf(''), 0);
    same(b.equals(Buffer.from('abcabc\u20ac')), true);
    same(Buffer.compare(Buffer.from('a'), Buffer.from('b')), -1);
    same(Buffer.from('abc').compare(Buffer.from('xabc'), 1), 0);
  },
};

export const changing = {
  test() {
    const b = Buffer.from('hello world');
    const part = b.subarray(6);

    assert.ok(part instanceof Buffer);
    part[0] = 87;
    same(b.toString(), 'hello World');
    same(b.slice(-5).toString(), 'World');
    same(b.write('J', 0), 1);
    same(b.copy(b, 1, 6, 8), 2);
    same(b.toString(), 'JWolo World');
    same(b.fill('xy', 0, 3).toString(), 'xyxlo World');
    same(b.fill(0).every((x) => x === 0), true);
    const small = Buffer.alloc(4);
    same(small.write('a\u20ac\u20ac'), 4);
    same(small.toString(), 'a\u20ac');
  },
};

export const rest = {
  test() {
    same(transcode(Buffer.from('\u20ac'), 'utf8', 'latin1').toString('latin1'),
      '?');
    same(transcode(Buffer.from('\u00e9'), 'utf8', 'latin1').toString('hex'),
      'e9');
    same(isUtf8(Buffer.from([0xc3])), false);
    same(isUtf8(Buffer.from('\u20ac')), true);
    same(isAscii(Buffer.from('a')), true);
    same(isAscii(Buffer.from('\u00e9')), false);
  },
};
