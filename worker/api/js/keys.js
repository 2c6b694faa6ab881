/*
 * CryptoKey, and the key formats of SubtleCrypto: raw, pkcs8, spki, jwk.
 *
 * A key's material never leaves its hidden state but through exportKey:
 * `data` is the secret itself, or DER of a private or public key.
 */
(function (native, out) {
  'use strict';
  const $K = native.hidden('key');
  const { define, DOMException } = out;
  const PUBLIC_E = Uint8Array.of(1, 0, 1);

  const fail = (name, message) => {
    throw new DOMException(message, name);
  };

  function CryptoKey() {
    throw new TypeError('Illegal constructor');
  }
  const state = (key) => {
    const s = key !== null && typeof key === 'object' ? key[$K] : undefined;
    if (s === undefined) throw new TypeError('not a CryptoKey');
    return s;
  };
  define(CryptoKey, {
    get type() { return state(this).type; },
    get extractable() { return state(this).extractable; },
    get algorithm() { return state(this).algorithm; },
    get usages() { return state(this).usages.slice(); },
  }, null, null, 0);
  out.globals({ CryptoKey });

  const makeKey = (type, extractable, algorithm, usages, data) => {
    const key = Object.create(CryptoKey.prototype);
    native.value(key, $K,
      { type, extractable, algorithm, usages, data }, false);
    return key;
  };

  const bytesOf = (value, what) => {
    const bytes = native.copyBytes(value);
    if (bytes === undefined)
      throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
    return bytes;
  };

  /* ---- base64url ---- */
  const ALPHABET =
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const toBase64url = (buffer) => {
    const b = new Uint8Array(buffer);
    let s = '';
    for (let i = 0; i < b.length; i += 3) {
      const n = (b[i] << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
      s += ALPHABET[n >> 18] + ALPHABET[(n >> 12) & 63];
      if (i + 1 < b.length) s += ALPHABET[(n >> 6) & 63];
      if (i + 2 < b.length) s += ALPHABET[n & 63];
    }
    return s;
  };
  const fromBase64url = (text) => {
    if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) ||
        text.length % 4 === 1)
      fail('DataError', 'a member of the JWK is not base64url');
    const b = new Uint8Array(Math.floor((text.length * 3) / 4));
    let n = 0, bits = 0, at = 0;
    for (let i = 0; i < text.length; i++) {
      n = ((n << 6) | ALPHABET.indexOf(text[i])) & 0xffffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        b[at++] = (n >> bits) & 255;
      }
    }
    return b;
  };

  /* ---- usages ---- */
  const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey',
    'deriveBits', 'wrapKey', 'unwrapKey'];
  const usagesOf = (list) => {
    const given = native.list(list).map(String);
    for (const u of given)
      if (!USAGES.includes(u))
        throw new TypeError(`"${u}" is not a key usage`);
    return USAGES.filter((u) => given.includes(u));
  };
  const checkUsages = (usages, allowed) => {
    for (const u of usages)
      if (!allowed.includes(u))
        fail('SyntaxError', `A key for this algorithm cannot have the usage ` +
          `"${u}".`);
  };

  /* ---- JWK ---- */
  const checkJwk = (jwk, kty, use, usages, extractable) => {
    if (jwk === null || typeof jwk !== 'object')
      throw new TypeError('keyData of the format "jwk" must be an object');
    if (jwk.kty !== kty)
      fail('DataError', `the JWK's "kty" must be "${kty}"`);
    if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use)
      fail('DataError', `the JWK's "use" must be "${use}"`);
    if (jwk.key_ops !== undefined) {
      const ops = native.list(jwk.key_ops);
      if (new Set(ops).size !== ops.length ||
          !usages.every((u) => ops.includes(u)))
        fail('DataError', 'the JWK\'s "key_ops" do not allow the usages');
    }
    if (jwk.ext === false && extractable)
      fail('DataError', 'the JWK is not extractable');
  };
  const jwkFrom = (key, members) => {
    const s = state(key);
    return { key_ops: s.usages.slice(), ext: s.extractable, ...members };
  };
  const decodeMembers = (jwk, names) => {
    const parts = {};
    for (const name of names) {
      if (jwk[name] === undefined)
        fail('DataError', `the JWK lacks "${name}"`);
      parts[name] = fromBase64url(jwk[name]);
    }
    return parts;
  };
  const encodeMembers = (parts, names) => {
    const members = {};
    for (const name of names)
      members[name] = toBase64url(parts[name]);
    return members;
  };

  /* ---- keys that are just bytes ---- */
  const importSecret = (format, data, kty, alg, use, usages, extractable) => {
    if (format === 'raw') return bytesOf(data, 'keyData');
    if (format !== 'jwk')
      fail('NotSupportedError', `the format "${format}" is not supported`);
    checkJwk(data, 'oct', use, usages, extractable);
    const bytes = decodeMembers(data, ['k']).k;
    const name = alg(bytes);
    if (data.alg !== undefined && name !== undefined && data.alg !== name)
      fail('DataError', `the JWK's "alg" must be "${name}"`);
    return bytes;
  };
  const exportSecret = (format, key, alg) => {
    const { data } = state(key);
    if (format === 'raw') return data.slice().buffer;
    if (format !== 'jwk')
      fail('NotSupportedError', `the format "${format}" is not supported`);
    return jwkFrom(key, { kty: 'oct', k: toBase64url(data), alg: alg(data) });
  };

  /* ---- key pairs ---- */
  const RSA_PUBLIC = ['n', 'e'];
  const RSA_PRIVATE = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];
  const isEc = (kind) => kind.startsWith('P-');
  const membersOf = (kind, isPrivate) => {
    if (kind === 'RSA') return isPrivate ? RSA_PRIVATE : RSA_PUBLIC;
    const names = isEc(kind) ? ['x', 'y'] : ['x'];
    return isPrivate ? [...names, 'd'] : names;
  };
  const ktyOf = (kind) =>
    kind === 'RSA' ? 'RSA' : isEc(kind) ? 'EC' : 'OKP';

  const pairFromJwk = (jwk, kind, use, usages, extractable) => {
    checkJwk(jwk, ktyOf(kind), use, usages, extractable);
    if (kind !== 'RSA' && jwk.crv !== kind)
      fail('DataError', `the JWK's "crv" must be "${kind}"`);
    const isPrivate = jwk.d !== undefined;
    if (isPrivate && jwk.oth !== undefined)
      fail('NotSupportedError', 'RSA keys of more than two primes');
    const parts = decodeMembers(jwk, membersOf(kind, isPrivate));
    const data = native.fromParts(kind, parts, isPrivate);
    if (data !== undefined && isPrivate && !isEc(kind) && kind !== 'RSA') {
      const own = native.parts(new Uint8Array(data), true);
      if (!native.equal(own.x, parts.x))
        fail('DataError', 'the JWK\'s public and private key differ');
    }
    return { data, isPrivate };
  };
  /* X || Y behind a 4, X behind a 2 or 3, or for OKP just the key */
  const pairFromRaw = (bytes, kind) => {
    if (!isEc(kind))
      return native.fromParts(kind, { x: bytes }, false);
    if (bytes[0] === 2 || bytes[0] === 3)
      return native.fromParts(kind, { point: bytes }, false);
    const width = (bytes.length - 1) / 2;
    if (bytes[0] !== 4 || !Number.isInteger(width)) return undefined;
    return native.fromParts(kind, {
      x: bytes.slice(1, 1 + width), y: bytes.slice(1 + width) }, false);
  };
  /* {type, data, parts} of an imported key of KIND */
  const importPair = (format, keyData, kind, use, usages, extractable) => {
    let data, isPrivate = false;
    switch (format) {
    case 'jwk':
      ({ data, isPrivate } =
        pairFromJwk(keyData, kind, use, usages, extractable));
      break;
    case 'spki':
      data = bytesOf(keyData, 'keyData').buffer;
      break;
    case 'pkcs8':
      data = bytesOf(keyData, 'keyData').buffer;
      isPrivate = true;
      break;
    case 'raw':
      if (kind !== 'RSA') {
        data = pairFromRaw(bytesOf(keyData, 'keyData'), kind);
        break;
      }
      // fall through
    default:
      fail('NotSupportedError', `the format "${format}" is not supported`);
    }
    let bytes = data === undefined ? undefined : new Uint8Array(data);
    const parts = bytes && native.parts(bytes, isPrivate);
    if (parts === undefined || parts.kind !== kind)
      fail('DataError', 'Invalid key data');
    /* a compressed point is exported in full */
    if (format === 'spki' && isEc(kind))
      bytes = new Uint8Array(native.fromParts(kind, parts, false));
    return { type: isPrivate ? 'private' : 'public', data: bytes, parts };
  };
  const exportPair = (format, key, kind, alg) => {
    const s = state(key);
    const isPrivate = s.type === 'private';
    const parts = native.parts(s.data, isPrivate);
    if (format === 'jwk') {
      const members = encodeMembers(parts, membersOf(kind, isPrivate));
      if (kind !== 'RSA') members.crv = kind;
      if (alg !== undefined) members.alg = alg;
      return jwkFrom(key, { kty: ktyOf(kind), ...members });
    }
    const wanted = format === 'pkcs8' ? 'private' : 'public';
    if (s.type !== wanted)
      fail('InvalidAccessError',
        `a ${s.type} key cannot be exported as "${format}"`);
    if (format === 'spki' || format === 'pkcs8') return s.data.slice().buffer;
    if (format !== 'raw' || kind === 'RSA')
      fail('NotSupportedError', `the format "${format}" is not supported`);
    if (!isEc(kind)) return parts.x;
    return native.concat([Uint8Array.of(4), new Uint8Array(parts.x),
      new Uint8Array(parts.y)]).buffer;
  };
  const generatePair = (kind, bits, e) => {
    const pair = native.generate(kind, bits, e);
    if (pair === undefined)
      fail('OperationError', 'the key could not be generated');
    return pair.map((der) => new Uint8Array(der));
  };

  out.keys = {
    fail, state, makeKey, bytesOf, usagesOf, checkUsages, importSecret,
    exportSecret, importPair, exportPair, generatePair, PUBLIC_E,
  };
})
