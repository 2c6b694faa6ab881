import { AutoRouter, cors, error, json, Router, withParams } from "itty-router";

const { preflight, corsify } = cors({ origin: "https://example.com" });
const router = AutoRouter({ before: [preflight], finally: [corsify] });
router.get("/hello/:name", ({ name }) => `Hello ${name}`)
	.get("/q", ({ query }) => query)
	.post("/echo", async (r) => ({ got: await r.json() }))
	.get("/files/:path+", ({ path }) => path)
	.get("/fail", () => error(418, "teapot"))
	.get("/throw", () => { throw new Error("boom"); });
const plain = Router({ base: "/api" });
plain.all("*", withParams).get("/v:major/:id?", (r) => json([r.major, r.id ?? null]));

export default async () => {
	const out = [];
	for (const [path, init] of [["/hello/Ada%20L"], ["/q?a=1&b=2&b=3"], ["/echo", { method: "POST", body: '{"x":1}' }],
		["/files/a/b.txt"], ["/fail"], ["/throw"], ["/none"], ["/x", { method: "OPTIONS", headers: { origin: "https://example.com" } }]]) {
		const r = await router.fetch(new Request("https://host" + path, init));
		out.push([path, r.status, r.headers.get("content-type"), r.headers.get("access-control-allow-origin"), await r.text()]);
	}
	out.push(await (await plain.fetch(new Request("https://host/api/v2/7"))).json());
	return out;
};
