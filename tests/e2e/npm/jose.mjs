import { base64url, calculateJwkThumbprint, CompactEncrypt, compactDecrypt, decodeJwt, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, UnsecuredJWT } from "jose";

const key = { kty: "oct", k: base64url.encode("0123456789abcdef0123456789abcdef") };
const fail = async (p) => { try { await p; return "no error"; } catch (e) { return `${e.name} ${e.code}`; } };

export default async () => {
	const secret = await importJWK(key, "HS256");
	const jwt = await new SignJWT({ "urn:x": true }).setProtectedHeader({ alg: "HS256" }).setIssuedAt(1700000000)
		.setIssuer("me").setAudience("you").setExpirationTime(1700003600).sign(secret);
	const at = (t) => ({ issuer: "me", audience: "you", currentDate: new Date(t * 1000) });
	const ec = await generateKeyPair("ES256", { extractable: true });
	const signed = await new SignJWT({ a: 1 }).setProtectedHeader({ alg: "ES256" }).sign(ec.privateKey);
	const rsa = await generateKeyPair("RS256", { extractable: true });
	const rs = await new SignJWT({ a: 2 }).setProtectedHeader({ alg: "RS256" }).sign(rsa.privateKey);
	const jwe = await new CompactEncrypt(new TextEncoder().encode("hidden")).setProtectedHeader({ alg: "dir", enc: "A256GCM" })
		.encrypt(base64url.decode(key.k));
	return [
		jwt, (await jwtVerify(jwt, secret, at(1700000001))).payload, await fail(jwtVerify(jwt, secret, at(1700009999))),
		await fail(jwtVerify(jwt + "x", secret, at(1700000001))), await fail(jwtVerify(jwt, secret, { ...at(1700000001), audience: "other" })),
		decodeJwt(jwt), (await jwtVerify(signed, ec.publicKey)).payload, (await jwtVerify(rs, rsa.publicKey)).payload,
		Object.keys(await exportJWK(ec.publicKey)).sort(), await calculateJwkThumbprint({ kty: "oct", k: key.k }),
		new TextDecoder().decode((await compactDecrypt(jwe, base64url.decode(key.k))).plaintext),
		new UnsecuredJWT({ x: 1 }).encode(),
	];
};
