// What SubtleCrypto answers; the expected text is what other runtimes give.
const { subtle } = crypto;
const hex = (b) =>
  [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, "0")).join("");
const enc = (s) => new TextEncoder().encode(s);
const dec = (b) => new TextDecoder().decode(b);
const raw = (bytes, alg, ...usages) =>
  subtle.importKey("raw", bytes, alg, true, usages);
const there = async (alg, key, data) => {
  const sealed = await subtle.encrypt(alg, key, data);
  return `${hex(sealed)} ${dec(await subtle.decrypt(alg, key, sealed))}`;
};
const nameOf = async (f) => {
  try {
    await f();
    return "none";
  } catch (e) {
    return e.name;
  }
};
const e65537 = new Uint8Array([1, 0, 1]);

const tests = {
  digest: async () =>
    hex(await subtle.digest("SHA-256", enc("abc"))) + " " +
    hex(await subtle.digest({ name: "sha-1" }, enc("abc"))),

  async hmac() {
    const alg = { name: "HMAC", hash: "SHA-256" };
    const key = await raw(enc("key"), alg, "sign", "verify");
    const mac = await subtle.sign("HMAC", key, enc("data"));
    const good = await subtle.verify("HMAC", key, mac, enc("data"));
    const bad = await subtle.verify("HMAC", key, mac, enc("Data"));
    return [hex(mac), good, bad,
      JSON.stringify(await subtle.exportKey("jwk", key))].join(" ");
  },

  async gcm() {
    const key = await raw(new Uint8Array(16), "AES-GCM", "encrypt", "decrypt");
    const alg = { name: "AES-GCM", iv: new Uint8Array(12),
      additionalData: enc("x") };
    const forged = await nameOf(
      () => subtle.decrypt(alg, key, new Uint8Array(20)));
    return `${await there(alg, key, enc("hello"))} ${forged}`;
  },

  async cbc() {
    const key = await raw(new Uint8Array(32), "AES-CBC", "encrypt", "decrypt");
    return there({ name: "AES-CBC", iv: new Uint8Array(16) }, key,
      enc("hello"));
  },

  async ctr() {
    const key = await raw(new Uint8Array(16), "AES-CTR", "encrypt", "decrypt");
    const counter = new Uint8Array(16).fill(255);
    return hex(await subtle.encrypt({ name: "AES-CTR", counter, length: 32 },
      key, new Uint8Array(70)));
  },

  async kw() {
    const wrapping = await raw(new Uint8Array(16), "AES-KW", "wrapKey",
      "unwrapKey");
    const key = await raw(new Uint8Array(32).fill(7), "AES-GCM", "encrypt");
    const wrapped = await subtle.wrapKey("raw", key, wrapping, "AES-KW");
    const back = await subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW",
      "AES-GCM", true, ["encrypt"]);
    return `${hex(wrapped)} ${hex(await subtle.exportKey("raw", back))}`;
  },

  async pbkdf2() {
    const password = await subtle.importKey("raw", enc("pw"), "PBKDF2", false,
      ["deriveKey"]);
    const alg = { name: "PBKDF2", hash: "SHA-256", salt: enc("salt"),
      iterations: 1000 };
    const key = await subtle.deriveKey(alg, password,
      { name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    return hex(await subtle.exportKey("raw", key));
  },

  async hkdf() {
    const key = await subtle.importKey("raw", enc("pw"), "HKDF", false,
      ["deriveBits"]);
    const alg = { name: "HKDF", hash: "SHA-256", salt: enc("s"),
      info: enc("i") };
    return hex(await subtle.deriveBits(alg, key, 256));
  },

  async ecdsa() {
    const results = [];
    for (const namedCurve of ["P-256", "P-384", "P-521"]) {
      const alg = { name: "ECDSA", namedCurve };
      const by = { name: "ECDSA", hash: "SHA-256" };
      const pair = await subtle.generateKey(alg, true, ["sign", "verify"]);
      const jwk = await subtle.exportKey("jwk", pair.privateKey);
      const key = await subtle.importKey("jwk", jwk, alg, true, ["sign"]);
      const signature = await subtle.sign(by, key, enc("m"));
      const point = await subtle.exportKey("raw", pair.publicKey);
      const other = await raw(point, alg, "verify");
      results.push(signature.byteLength,
        await subtle.verify(by, other, signature, enc("m")),
        await subtle.verify(by, other, signature, enc("n")));
    }
    return results.join();
  },

  async ed25519() {
    const pair = await subtle.generateKey("Ed25519", true,
      ["sign", "verify"]);
    const signature = await subtle.sign("Ed25519", pair.privateKey, enc("m"));
    const jwk = await subtle.exportKey("jwk", pair.publicKey);
    const key = await subtle.importKey("jwk", jwk, "Ed25519", true,
      ["verify"]);
    return [signature.byteLength,
      await subtle.verify("Ed25519", key, signature, enc("m"))].join();
  },

  async agreement() {
    const results = [];
    for (const alg of [{ name: "X25519" },
      { name: "ECDH", namedCurve: "P-384" }]) {
      const a = await subtle.generateKey(alg, true, ["deriveBits"]);
      const b = await subtle.generateKey(alg, true, ["deriveBits"]);
      const secret = async (mine, theirs) => hex(await subtle.deriveBits(
        { ...alg, public: theirs.publicKey }, mine.privateKey, 256));
      results.push(await secret(a, b) === await secret(b, a));
    }
    return results.join();
  },

  async rsa() {
    const results = [];
    for (const by of [{ name: "RSASSA-PKCS1-v1_5" },
      { name: "RSA-PSS", saltLength: 32 }]) {
      const alg = { name: by.name, hash: "SHA-256" };
      const pair = await subtle.generateKey({ ...alg, modulusLength: 1024,
        publicExponent: e65537 }, true, ["sign", "verify"]);
      const jwk = await subtle.exportKey("jwk", pair.privateKey);
      const key = await subtle.importKey("jwk", jwk, alg, true, ["sign"]);
      const signature = await subtle.sign(by, key, enc("m"));
      const spki = await subtle.exportKey("spki", pair.publicKey);
      const other = await subtle.importKey("spki", spki, alg, true,
        ["verify"]);
      results.push(jwk.alg, signature.byteLength,
        await subtle.verify(by, other, signature, enc("m")),
        await subtle.verify(by, other, signature, enc("n")));
    }
    return results.join();
  },

  async oaep() {
    const pair = await subtle.generateKey({ name: "RSA-OAEP",
      modulusLength: 2048, publicExponent: e65537, hash: "SHA-256" }, true,
      ["encrypt", "decrypt"]);
    const sealed = await subtle.encrypt("RSA-OAEP", pair.publicKey,
      enc("secret"));
    return dec(await subtle.decrypt("RSA-OAEP", pair.privateKey, sealed));
  },

  async errors() {
    const ec = { name: "ECDSA", namedCurve: "P-256" };
    const names = await Promise.all([
      () => subtle.digest("SHA-9", enc("")),
      () => subtle.digest("SHA-1", "text"),
      () => raw(new Uint8Array(5), "AES-GCM", "encrypt"),
      () => raw(new Uint8Array(16), "AES-GCM", "sign"),
      () => raw(new Uint8Array(16), "AES-GCM"),
      () => raw(new Uint8Array(65), ec, "verify"),
      () => subtle.importKey("spki", new Uint8Array(16), ec, true, ["verify"]),
      () => subtle.importKey("jwk", { kty: "oct" }, ec, true, ["verify"]),
      () => subtle.generateKey("AES-GCM", true, ["encrypt"]),
      () => subtle.generateKey({ name: "AES-GCM", length: 100 }, true,
        ["encrypt"]),
    ].map(nameOf));
    return names.join();
  },
};

export default {
  async fetch() {
    let text = "";
    for (const [name, test] of Object.entries(tests)) {
      try {
        text += `${name}: ${await test()}\n`;
      } catch (e) {
        text += `${name}: ${e.stack}\n`;
      }
    }
    return new Response(text);
  },
};
