import check from "checked-package";

export default {
	async fetch() {
		try {
			return Response.json(await check());
		} catch (e) {
			return new Response(`${e.name}: ${e.message}\n${e.stack}`, { status: 500 });
		}
	},
};
