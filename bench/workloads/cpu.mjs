// CPU-bound scripts, one per path; the answer is the time in milliseconds.
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

function users() {
  const items = [];
  for (let i = 0; i < 700; i++)
    items.push({
      id: i, name: "user number " + i, email: "user" + i + "@example.com",
      score: i * 1.5, active: (i & 1) === 0, tags: ["alpha", "beta", "gamma"],
      nested: { x: i, y: -i },
    });
  return { items };
}

const scripts = {
  fib: () => fib(27),
  json() {
    const data = users();
    let n = 0;
    for (let i = 0; i < 100; i++) {
      const text = JSON.stringify(data);
      n += JSON.parse(text).items.length + text.length;
    }
    return n;
  },
  regex() {
    const text = ("The quick brown fox, 2024-05-17, jumps over " +
      "foo.bar@example.com and 10.0.0.1 lazily; ").repeat(200);
    let n = 0;
    for (let i = 0; i < 20; i++) {
      n += (text.match(/(\d{4})-(\d{2})-(\d{2})/g) || []).length;
      n += (text.match(/[\w.]+@[\w.]+\.\w+/g) || []).length;
      n += text.replace(/\b([a-z])(\w*)\b/g,
        (all, first, rest) => first.toUpperCase() + rest).length;
    }
    return n;
  },
  strcat() {
    let n = 0;
    for (let k = 0; k < 10; k++) {
      let s = "";
      for (let i = 0; i < 100000; i++) s += "abc" + i;
      n += s.length + s.charCodeAt(s.length >> 1);
    }
    return n;
  },
  math() {
    let x = 0;
    for (let i = 1; i < 5000000; i++)
      x += (Math.sqrt(i) * Math.sin(i)) / (1 + (i % 7));
    return x;
  },
  intloop() {
    let h = 2166136261 | 0;
    for (let i = 0; i < 20000000; i++) {
      h ^= i & 255;
      h = Math.imul(h, 16777619);
    }
    return h >>> 0;
  },
  arrays() {
    let n = 0;
    for (let k = 0; k < 20; k++) {
      const a = [];
      for (let i = 0; i < 20000; i++) a.push((i * 7919) % 10007);
      a.sort((p, q) => p - q);
      n += a.map((v) => v * 2).filter((v) => v % 3 === 0)
        .reduce((p, q) => p + q, 0);
    }
    return n;
  },
  objects() {
    const sums = new Map();
    for (let i = 0; i < 300000; i++) {
      const o = { a: i, b: i + 1, c: "k" + (i % 1000) };
      sums.set(o.c, (sums.get(o.c) || 0) + o.a + o.b);
    }
    let n = 0;
    for (const [, v] of sums) n += v;
    return n;
  },
};

export function handle(request) {
  const script = scripts[new URL(request.url).pathname.slice(1)];
  return new Response(script ? String(script()) : "ok\n");
}

export default { fetch: handle };
