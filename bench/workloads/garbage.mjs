// Leaves garbage behind, more than the engine lets lie.
export default {
  fetch() {
    let n = 0;
    for (let i = 0; i < 400; i++) {
      const ring = { list: [] };
      for (let j = 0; j < 100; j++) ring.list.push({ ring, j });
      n += ring.list.length;
    }
    return new Response(String(n));
  },
};
