// 100 MiB out, back, and in.
const chunk = new Uint8Array(65536).fill(97);
const CHUNKS = 1600;

export function handle(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/stream") {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ < CHUNKS) controller.enqueue(chunk.slice());
        else controller.close();
      },
    });
    return new Response(body);
  }
  if (pathname === "/echo") return new Response(request.body);
  if (pathname === "/sink")
    return request.arrayBuffer().then((b) => new Response(String(b.byteLength)));
  return new Response("ok\n");
}

export default { fetch: handle };
