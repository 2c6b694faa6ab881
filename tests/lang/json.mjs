// JSON.parse: values, and errors worded and placed as V8 does.
const bad = [
  '{', '', '[1', '{"a"', '{"a":', '{"a":1', '{"a":x}', '{a:1}', '{"a":1,}',
  '[1,]', '"abc', '"a\\x"', '"a\\u12g4"', '"\n"', '-', '1.', '1e', '1 2', '01',
  'tru', 'nul', 'trux', 'undefined', '[object Object]', '{"a":1 "b":2}',
  '[1 2]', '["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", x, "bbbbbbbbbbbbbbbb"]',
  'x["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]', '[\n1,\r\n x]', '{"a" 1}',
  '{1:2}', '[1,"b" 3]', '-x', '.5', '+1', '1.x', '1e+', '\u00e9', '"\\',
  '"\\u12', '[1}', '{"a":1]', ']', '[,1]', '{"a":1,,}', 'NaN', 'Infinity',
  '["\u00e9\u00e9\u00e9\ud83d\ude00",\n "\u00e9" 1]', '\u2028', '\ufeff1',
  '["ééééééééééééééééééééééééééééé", ü, "éééééééééééééééééééé"]',
];
for (const text of bad) {
  try {
    console.log(JSON.parse(text), 'instead of an error');
  } catch (e) {
    console.log(`${e.name}: ${e.message}`);
  }
}
const good = [
  ' [ ] ', '{ }', '0', '-0', '-0.0', '1e3', '123456789012', '12345678901234567890',
  '0.1', '-1.5E-7', '1e400', '5e-324', '999999999', '-999999999', '2147483648',
  '"\\u00e9\\ud83d\\ude00\\ud83d x"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\u2028\u007f"',
  '{"a":1,"b":[true,false,null],"a":2}', '{"__proto__":1,"constructor":2}',
  '{"2":1,"1":2,"x":3,"0":4}', '"\\u0000"', '[[],[[]],{"":{}}]',
];
for (const text of good) {
  const v = JSON.parse(text);
  console.log(Object.is(v, -0) ? '-0' : JSON.stringify(v));
}
const many = JSON.parse(`[${Array.from({length: 1000}, (_, i) => i)}]`);
console.log(many.length, many[999], many.reduce((a, b) => a + b));
const wide = JSON.parse(`{${Array.from({length: 500}, (_, i) => `"k${i % 400}":${i}`)}}`);
console.log(Object.keys(wide).length, wide.k0, wide.k99, wide.k100, wide.k399);
console.log(Object.keys(JSON.parse('{"__proto__":{"x":1}}')).join(), String({}.x));
let deep = '';
for (let i = 0; i < 500; i++) deep += '[';
for (let i = 0; i < 500; i++) deep += ']';
console.log(JSON.stringify(JSON.parse(deep)) === deep);
console.log(JSON.parse('[1,{"a":[2]}]', (k, v) => typeof v === 'number' ? v * 2 : v)[1].a[0]);
