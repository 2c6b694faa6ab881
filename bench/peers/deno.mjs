// deno run -A peers/deno.mjs WORKLOAD PORT
const worker = (await import("file://" + Deno.args[0])).default;
Deno.serve({ port: Number(Deno.args[1]), hostname: "127.0.0.1",
  onListen() {} }, (request) => worker.fetch(request, {}));
