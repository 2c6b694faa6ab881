/* Streams of bytes, as bodies are made of them. */
import assert from 'node:assert';

export const jsBytes = {
  /* What consumes a byte source offers it buffers. */
  async test() {
    const rs = new ReadableStream({ type: 'bytes', pull(c) {
      c.byobRequest.view[0] = 104;
      c.byobRequest.respond(1);
      c.close();
    } });
    assert.strictEqual(await new Response(rs).text(), 'h');
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    writer.write('abc');
    writer.close();
    const reader = readable.getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint8Array(2));
    assert.deepStrictEqual([...value], [97, 98]);
    await assert.rejects(new FixedLengthStream(1).writable.getWriter()
      .write('ab'), RangeError);
  },
};
export const compressing = {
  /* A writer need not wait for a reader. */
  async test() {
    const c = new CompressionStream('gzip');
    const writer = c.writable.getWriter();
    await writer.write(new TextEncoder().encode('hello'.repeat(100)));
    await writer.close();
    const text = await new Response(c.readable.pipeThrough(
      new DecompressionStream('gzip'))).text();
    assert.strictEqual(text, 'hello'.repeat(100));
  },
};
export const lengths = {
  async test() {
    async function* parts() {
      yield new TextEncoder().encode('a');
      yield new TextEncoder().encode('b');
    }
    assert.strictEqual(await new Response(parts()).text(), 'ab');
  },
};
