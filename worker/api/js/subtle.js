/*
 * SubtleCrypto: which algorithm does what, with which parameters.
 */
(function (native, out) {
  'use strict';
  const { fail, state, makeKey, bytesOf, usagesOf, checkUsages, importSecret,
    exportSecret, importPair, exportPair, generatePair, PUBLIC_E } = out.keys;
  const { define } = out;

  const HASHES = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-384': 384,
    'SHA-512': 512, MD5: 128 };
  const BLOCKS = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024,
    'SHA-512': 1024, MD5: 512 };

  const nameOf = (algorithm) => {
    const name = typeof algorithm === 'object' && algorithm !== null
      ? algorithm.name : algorithm;
    if (name === undefined || (typeof algorithm !== 'string' &&
        typeof algorithm !== 'object'))
      throw new TypeError('an algorithm must be a string or have a name');
    return String(name);
  };
  const hashOf = (value) => {
    const name = nameOf(value).toUpperCase();
    if (HASHES[name] === undefined)
      fail('NotSupportedError',
        'Unrecognized or unimplemented digest algorithm requested.');
    return name;
  };
  const integer = (value, what, max = 0xffffffff) => {
    const n = Number(value);
    if (!Number.isFinite(n) || n < 0 || Math.trunc(n) > max)
      throw new TypeError(`${what} must be an integer from 0 to ${max}`);
    return Math.trunc(n);
  };
  const need = (result, message = 'The operation failed.') => {
    if (result === undefined) fail('OperationError', message);
    return result;
  };

  /* ---- HMAC ---- */
  const hmacAlg = (hash) => () => `HS${hash.slice(4)}`;
  const hmac = {
    usages: ['sign', 'verify'],
    generate(params, extractable, usages) {
      const hash = hashOf(params.hash);
      const length = params.length === undefined ? BLOCKS[hash]
        : integer(params.length, 'length');
      if (length === 0) fail('OperationError', 'length must not be 0');
      const data = new Uint8Array(
        need(native.randomBytes(Math.ceil(length / 8))));
      return makeKey('secret', extractable,
        { name: 'HMAC', hash: { name: hash }, length }, usages, data);
    },
    import(format, data, params, extractable, usages) {
      const hash = hashOf(params.hash);
      const bytes = importSecret(format, data, 'oct', hmacAlg(hash), 'sig',
        usages, extractable);
      const length = params.length === undefined ? bytes.length * 8
        : integer(params.length, 'length');
      if (bytes.length === 0 || Math.ceil(length / 8) !== bytes.length)
        fail('DataError', 'the key does not have the length asked for');
      return makeKey('secret', extractable,
        { name: 'HMAC', hash: { name: hash }, length }, usages, bytes);
    },
    export: (format, key) => exportSecret(format, key,
      hmacAlg(state(key).algorithm.hash.name)),
    keyLength: (params) => params.length === undefined
      ? BLOCKS[hashOf(params.hash)] : integer(params.length, 'length'),
    sign: (params, s, data) =>
      need(native.hmac(s.algorithm.hash.name, s.data, data)),
    verify: (params, s, signature, data) =>
      native.equal(new Uint8Array(
        need(native.hmac(s.algorithm.hash.name, s.data, data))), signature),
  };

  /* ---- AES ---- */
  const TAGS = [32, 64, 96, 104, 112, 120, 128];
  const NONE = new Uint8Array(0);
  const aes = (name, mode, usages, run) => {
    const alg = (bytes) => `A${bytes.length * 8}${mode.toUpperCase()}`;
    const lengthOf = (params) => {
      const length = integer(params.length, 'length', 65535);
      if (![128, 192, 256].includes(length))
        fail('OperationError', 'AES keys have 128, 192 or 256 bits');
      return length;
    };
    const make = (data, extractable, given) => makeKey('secret', extractable,
      { name, length: data.length * 8 }, given, data);
    return {
      usages,
      generate: (params, extractable, given) => make(new Uint8Array(
        need(native.randomBytes(lengthOf(params) / 8))), extractable, given),
      import(format, data, params, extractable, given) {
        const bytes = importSecret(format, data, 'oct', alg, 'enc', given,
          extractable);
        if (![16, 24, 32].includes(bytes.length))
          fail('DataError', 'AES keys have 128, 192 or 256 bits');
        return make(bytes, extractable, given);
      },
      export: (format, key) => exportSecret(format, key, alg),
      keyLength: lengthOf,
      ...(mode === 'kw' ? {
        wrap: (params, s, data) => run(true, params, s, data),
        unwrap: (params, s, data) => run(false, params, s, data),
      } : {
        encrypt: (params, s, data) => run(true, params, s, data),
        decrypt: (params, s, data) => run(false, params, s, data),
      }),
    };
  };
  const CIPHER = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  const failed = (encrypt) => encrypt ? 'Encryption failed.'
    : 'Decryption failed. This could be due to a ciphertext authentication ' +
      'failure, bad padding, incorrect CryptoKey, or another algorithm-' +
      'specific reason.';
  const gcm = (encrypt, params, s, data) => {
    const iv = bytesOf(params.iv, 'iv');
    const aad = params.additionalData === undefined ? NONE
      : bytesOf(params.additionalData, 'additionalData');
    const tag = params.tagLength === undefined ? 128
      : integer(params.tagLength, 'tagLength', 255);
    if (!TAGS.includes(tag))
      fail('OperationError', `tagLength must be one of ${TAGS.join(', ')}`);
    return need(native.cipher('gcm', encrypt, s.data, iv, data, aad, tag),
      failed(encrypt));
  };
  const cbc = (encrypt, params, s, data) => {
    const iv = bytesOf(params.iv, 'iv');
    if (iv.length !== 16)
      fail('OperationError', 'iv must have 16 bytes');
    return need(native.cipher('cbc', encrypt, s.data, iv, data, NONE, 0),
      failed(encrypt));
  };
  const ctr = (encrypt, params, s, data) => {
    const counter = bytesOf(params.counter, 'counter');
    const length = integer(params.length, 'length', 255);
    if (counter.length !== 16 || length < 1 || length > 128)
      fail('OperationError',
        'counter must have 16 bytes, length must be from 1 to 128');
    return need(native.cipher('ctr', encrypt, s.data, counter, data, NONE,
      length), failed(encrypt));
  };
  const kw = (encrypt, params, s, data) =>
    need(native.cipher('kw', encrypt, s.data, NONE, data, NONE, 0),
      failed(encrypt));

  /* ---- derivation ---- */
  const derivation = (name, derive) => ({
    usages: ['deriveKey', 'deriveBits'],
    import(format, data, params, extractable, usages) {
      if (format !== 'raw')
        fail('NotSupportedError', `the format "${format}" is not supported`);
      if (extractable)
        fail('SyntaxError', `${name} keys cannot be extractable`);
      return makeKey('secret', false, { name }, usages,
        bytesOf(data, 'keyData'));
    },
    keyLength: () => null,
    derive(params, s, length) {
      if (length === null || length % 8 !== 0)
        fail('OperationError', 'length must be a multiple of 8');
      return need(derive(params, s.data, length / 8));
    },
  });
  const pbkdf2 = derivation('PBKDF2', (params, data, n) => {
    const iterations = integer(params.iterations, 'iterations');
    if (iterations === 0)
      fail('OperationError', 'iterations must not be 0');
    return native.pbkdf2(hashOf(params.hash), data,
      bytesOf(params.salt, 'salt'), iterations, n);
  });
  const hkdf = derivation('HKDF', (params, data, n) => {
    const hash = hashOf(params.hash);
    if (n > 255 * (HASHES[hash] / 8))
      fail('OperationError', 'length is too large');
    return native.hkdf(hash, data, bytesOf(params.salt, 'salt'),
      bytesOf(params.info, 'info'), n);
  });

  /* ---- key pairs ---- */
  const pair = (algorithm, extractable, usages, forPrivate, forPublic, der) => {
    const pick = (allowed) => usages.filter((u) => allowed.includes(u));
    if (pick(forPrivate).length === 0)
      fail('SyntaxError', 'Usages of the private key must not be empty');
    return {
      publicKey: makeKey('public', true, algorithm, pick(forPublic), der[1]),
      privateKey: makeKey('private', extractable, { ...algorithm },
        pick(forPrivate), der[0]),
    };
  };
  const usagesFor = (type, usages, forPrivate, forPublic) =>
    checkUsages(usages, type === 'private' ? forPrivate : forPublic);

  const rsa = (name, forPrivate, forPublic, alg, ops) => {
    const algorithmOf = (parts, hash) => ({
      name, modulusLength: parts.bits,
      publicExponent: new Uint8Array(parts.e), hash: { name: hash } });
    return {
      usages: [...forPrivate, ...forPublic],
      generate(params, extractable, usages) {
        const hash = hashOf(params.hash);
        const bits = integer(params.modulusLength, 'modulusLength');
        const e = params.publicExponent;
        if (!(e instanceof Uint8Array))
          throw new TypeError('publicExponent must be a Uint8Array');
        if (bits < 512 || bits > 4096)
          fail('OperationError', 'modulusLength must be from 512 to 4096');
        const der = generatePair('RSA', bits, e);
        return pair(algorithmOf({ bits, e }, hash), extractable, usages,
          forPrivate, forPublic, der);
      },
      import(format, data, params, extractable, usages) {
        const hash = hashOf(params.hash);
        const use = name === 'RSA-OAEP' ? 'enc' : 'sig';
        if (format === 'jwk' && data?.alg !== undefined &&
            data.alg !== alg(hash))
          fail('DataError', `the JWK's "alg" must be "${alg(hash)}"`);
        const k = importPair(format, data, 'RSA', use, usages, extractable);
        usagesFor(k.type, usages, forPrivate, forPublic);
        return makeKey(k.type, extractable, algorithmOf(k.parts, hash),
          usages, k.data);
      },
      export: (format, key) => exportPair(format, key, 'RSA',
        alg(state(key).algorithm.hash.name)),
      ...ops,
    };
  };
  const signing = (scheme, hash, salt) => ({
    sign: (params, s, data) => need(native.sign(scheme, hash(params, s),
      s.data, salt(params), data)),
    verify: (params, s, signature, data) => native.verify(scheme,
      hash(params, s), s.data, salt(params), data, signature) === true,
  });
  const keyHash = (params, s) => s.algorithm.hash.name;
  const digits = (hash) => hash === 'SHA-1' ? '1' : hash.slice(4);
  const oaep = (encrypt) => (params, s, data) => need(native.oaep(encrypt,
    s.algorithm.hash.name, s.data, params.label === undefined ? NONE
      : bytesOf(params.label, 'label'), data), failed(encrypt));

  const CURVES = ['P-256', 'P-384', 'P-521'];
  /* The kind of a key: its curve, or the algorithm's own name. */
  const curved = (name, curves, forPrivate, forPublic, alg, ops) => {
    const kindOf = (params) => {
      const kind = curves ? String(params.namedCurve) : name;
      if (curves && !curves.includes(kind))
        fail('NotSupportedError', `the curve "${kind}" is not supported`);
      return kind;
    };
    const algorithmOf = (kind) =>
      curves ? { name, namedCurve: kind } : { name };
    return {
      usages: [...forPrivate, ...forPublic],
      generate(params, extractable, usages) {
        const kind = kindOf(params);
        const der = generatePair(kind, 0, PUBLIC_E);
        return pair(algorithmOf(kind), extractable, usages, forPrivate,
          forPublic, der);
      },
      import(format, data, params, extractable, usages) {
        const kind = kindOf(params);
        const use = forPublic.length > 0 ? 'sig' : 'enc';
        const k = importPair(format, data, kind, use, usages, extractable);
        usagesFor(k.type, usages, forPrivate, forPublic);
        return makeKey(k.type, extractable, algorithmOf(kind), usages,
          k.data);
      },
      export(format, key) {
        const kind = state(key).algorithm.namedCurve ?? name;
        return exportPair(format, key, kind, alg(kind));
      },
      ...ops,
    };
  };
  const agreement = {
    derive(params, s, length) {
      const other = state(params.public);
      if (other.type !== 'public' || s.type !== 'private')
        fail('InvalidAccessError', 'a private and a public key are needed');
      if (other.algorithm.name !== s.algorithm.name ||
          other.algorithm.namedCurve !== s.algorithm.namedCurve)
        fail('InvalidAccessError', 'the keys are of different algorithms');
      const secret = new Uint8Array(need(native.agree(s.data, other.data)));
      if (length === null) return secret.buffer;
      if (length > secret.length * 8)
        fail('OperationError', 'length is too large');
      const bits = secret.slice(0, Math.ceil(length / 8));
      if (length % 8 !== 0)
        bits[bits.length - 1] &= 0xff00 >> (length % 8);
      return bits.buffer;
    },
  };
  const SIGN = ['sign'], VERIFY = ['verify'];
  const DERIVE = ['deriveKey', 'deriveBits'];
  const none = () => undefined;
  const eddsa = signing('EdDSA', none, () => 0);

  const algorithms = {
    'HMAC': hmac,
    'AES-GCM': aes('AES-GCM', 'gcm', CIPHER, gcm),
    'AES-CBC': aes('AES-CBC', 'cbc', CIPHER, cbc),
    'AES-CTR': aes('AES-CTR', 'ctr', CIPHER, ctr),
    'AES-KW': aes('AES-KW', 'kw', ['wrapKey', 'unwrapKey'], kw),
    'PBKDF2': pbkdf2,
    'HKDF': hkdf,
    'RSASSA-PKCS1-v1_5': rsa('RSASSA-PKCS1-v1_5', SIGN, VERIFY,
      (h) => `RS${digits(h)}`, signing('PKCS1', keyHash, () => 0)),
    'RSA-PSS': rsa('RSA-PSS', SIGN, VERIFY, (h) => `PS${digits(h)}`,
      signing('PSS', keyHash, (p) => integer(p.saltLength, 'saltLength'))),
    'RSA-OAEP': rsa('RSA-OAEP', ['decrypt', 'unwrapKey'],
      ['encrypt', 'wrapKey'],
      (h) => h === 'SHA-1' ? 'RSA-OAEP' : `RSA-OAEP-${digits(h)}`,
      { encrypt: oaep(true), decrypt: oaep(false) }),
    'ECDSA': curved('ECDSA', CURVES, SIGN, VERIFY,
      (kind) => ({ 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' })[kind],
      signing('ECDSA', (params) => hashOf(params.hash), () => 0)),
    'ECDH': curved('ECDH', CURVES, DERIVE, [], none, agreement),
    'Ed25519': curved('Ed25519', null, SIGN, VERIFY, () => 'EdDSA', eddsa),
    'X25519': curved('X25519', null, DERIVE, [], none, agreement),
  };
  const names = Object.keys(algorithms);

  /* The row and the parameters of ALGORITHM, which must do OPERATION. */
  const find = (algorithm, operation) => {
    const given = nameOf(algorithm).toUpperCase();
    const name = names.find((n) => n.toUpperCase() === given);
    const row = name === undefined ? undefined : algorithms[name];
    if (row === undefined || row[operation] === undefined)
      fail('NotSupportedError', `Unrecognized or unimplemented algorithm ` +
        `"${nameOf(algorithm)}" for this operation.`);
    const params = typeof algorithm === 'object' ? algorithm : {};
    return { name, row, params };
  };
  /* The same for an operation with KEY, which must allow USAGE. */
  const use = (algorithm, operation, key, usage) => {
    const found = find(algorithm, operation);
    const s = state(key);
    if (s.algorithm.name !== found.name)
      fail('InvalidAccessError', `the key is not for ${found.name}`);
    if (!s.usages.includes(usage))
      fail('InvalidAccessError', `the key does not allow "${usage}"`);
    return { ...found, s };
  };
  const checkEmpty = (key, usages) => {
    if (usages.length === 0 && state(key).type !== 'public')
      fail('SyntaxError', 'Secret and private keys need usages.');
    return key;
  };
  const importKey = (format, data, algorithm, extractable, list) => {
    const { row, params } = find(algorithm, 'import');
    const usages = usagesOf(list);
    checkUsages(usages, row.usages);
    return checkEmpty(row.import(String(format), data, params,
      Boolean(extractable), usages), usages);
  };
  const exportKey = (format, key) => {
    const s = state(key);
    const { row } = find(s.algorithm.name, 'import');
    if (row.export === undefined)
      fail('NotSupportedError', 'keys of this algorithm are not exported');
    if (!s.extractable)
      fail('InvalidAccessError', 'the key is not extractable');
    return row.export(String(format), key);
  };
  const bytes = (value) => bytesOf(value, 'data');

  function SubtleCrypto() {
    throw new TypeError('Illegal constructor');
  }
  define(SubtleCrypto, {
    async digest(algorithm, data) {
      const copy = bytes(data);
      return need(native.digest(hashOf(algorithm), copy));
    },
    async sign(algorithm, key, data) {
      const { row, params, s } = use(algorithm, 'sign', key, 'sign');
      return row.sign(params, s, bytes(data));
    },
    async verify(algorithm, key, signature, data) {
      const { row, params, s } = use(algorithm, 'verify', key, 'verify');
      return row.verify(params, s, bytesOf(signature, 'signature'),
        bytes(data));
    },
    async encrypt(algorithm, key, data) {
      const { row, params, s } = use(algorithm, 'encrypt', key, 'encrypt');
      return row.encrypt(params, s, bytes(data));
    },
    async decrypt(algorithm, key, data) {
      const { row, params, s } = use(algorithm, 'decrypt', key, 'decrypt');
      return row.decrypt(params, s, bytes(data));
    },
    async generateKey(algorithm, extractable, list) {
      const { row, params } = find(algorithm, 'generate');
      /* what is wrong with the algorithm comes before the usages */
      if (params.hash !== undefined) hashOf(params.hash);
      const usages = usagesOf(list);
      checkUsages(usages, row.usages);
      const key = row.generate(params, Boolean(extractable), usages);
      if (usages.length === 0)
        fail('SyntaxError', 'Secret and private keys need usages.');
      return key;
    },
    async importKey(format, data, algorithm, extractable, list) {
      return importKey(format, data, algorithm, extractable, list);
    },
    async exportKey(format, key) {
      return exportKey(format, key);
    },
    async deriveBits(algorithm, key, length = null) {
      const { row, params, s } =
        use(algorithm, 'derive', key, 'deriveBits');
      return row.derive(params, s,
        length === null ? null : integer(length, 'length'));
    },
    async deriveKey(algorithm, key, derived, extractable, list) {
      const { row, params, s } = use(algorithm, 'derive', key, 'deriveKey');
      const target = find(derived, 'keyLength');
      const length = target.row.keyLength(target.params);
      return importKey('raw', row.derive(params, s, length), derived,
        extractable, list);
    },
    async wrapKey(format, key, wrapping, algorithm) {
      const cipher = find(algorithm, 'wrap' in
        (algorithms[find(algorithm, 'import').name]) ? 'wrap' : 'encrypt');
      const s = state(wrapping);
      if (s.algorithm.name !== cipher.name || !s.usages.includes('wrapKey'))
        fail('InvalidAccessError', 'the key does not allow "wrapKey"');
      const data = exportKey(format, key);
      const plain = format === 'jwk'
        ? native.encode(JSON.stringify(data)) : new Uint8Array(data);
      return (cipher.row.wrap ?? cipher.row.encrypt)(cipher.params, s, plain);
    },
    async unwrapKey(format, wrapped, unwrapping, algorithm, unwrapped,
      extractable, list) {
      const { name } = find(algorithm, 'import');
      const cipher = find(algorithm,
        'unwrap' in algorithms[name] ? 'unwrap' : 'decrypt');
      const s = state(unwrapping);
      if (s.algorithm.name !== name || !s.usages.includes('unwrapKey'))
        fail('InvalidAccessError', 'the key does not allow "unwrapKey"');
      const plain = (cipher.row.unwrap ?? cipher.row.decrypt)(cipher.params,
        s, bytesOf(wrapped, 'wrappedKey'));
      let data = plain;
      if (format === 'jwk') {
        try {
          data = JSON.parse(native.decode(new Uint8Array(plain)));
        } catch {
          fail('DataError', 'the wrapped key is not a JWK');
        }
      }
      return importKey(format, data, unwrapped, extractable, list);
    },
    timingSafeEqual(a, b) {
      const x = bytesOf(a, 'a'), y = bytesOf(b, 'b');
      if (x.length !== y.length)
        throw new TypeError('Input buffers must have the same byte length.');
      return native.equal(x, y);
    },
  }, null, null, 0);
  out.globals({ SubtleCrypto });
  out.subtle = Object.create(SubtleCrypto.prototype);
})
