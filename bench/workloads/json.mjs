// A JSON API: URL, query and body in, a changed body out.
export async function handle(request) {
  if (request.method !== "POST") return new Response("ok\n");
  const url = new URL(request.url);
  const order = await request.json();
  order.path = url.pathname;
  order.user = url.searchParams.get("user");
  order.page = Number(url.searchParams.get("page")) + 1;
  order.total = 0;
  for (const item of order.items) order.total += item.price * item.qty;
  order.items.length = 3;
  return Response.json(order);
}

export default { fetch: handle };
