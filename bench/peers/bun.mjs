// bun peers/bun.mjs WORKLOAD PORT
const worker = (await import(process.argv[2])).default;
Bun.serve({ port: Number(process.argv[3]), hostname: "127.0.0.1",
  maxRequestBodySize: 1 << 30, fetch: (request) => worker.fetch(request, {}) });
