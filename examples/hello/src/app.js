import page from "./page.html";
import { Visits } from "./visits.js";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function* countdown(from) {
  for (let n = from; n > 0; n--) {
    yield `${n}…\n`;
    await sleep(100);
  }
  yield "lift-off\n";
}

function streamed(lines) {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

const routes = {
  "/": () =>
    new Response(page, {
      headers: { "content-type": "text/html; charset=utf-8" },
    }),

  "/api/hello": ({ url, env }) =>
    Response.json({
      message: `${env.GREETING}, ${url.searchParams.get("name") ?? "world"}!`,
      visits: Visits.shared.add(),
    }),

  "/countdown": ({ url }) => {
    const from = Math.min(Number(url.searchParams.get("from") ?? 3), 20);
    return new Response(streamed(countdown(from)), {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const route = routes[url.pathname];
    if (!route) return new Response("Not found\n", { status: 404 });
    if (!["GET", "HEAD"].includes(request.method))
      return new Response("Method not allowed\n", {
        status: 405,
        headers: { allow: "GET, HEAD" },
      });
    return route({ url, env });
  },
};
