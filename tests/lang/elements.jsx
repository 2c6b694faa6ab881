/** @jsx h */ /** @jsxFrag Frag */
const Frag = 'frag';
function h(type, props, ...children) {
  const name = typeof type === 'function' ? null : type;
  if (name === null) return type({ ...props, children });
  const attrs = Object.entries(props ?? {}).map(([k, v]) => ` ${k}=${v}`).join('');
  return `<${name}${attrs}>${children.flat().join('|')}</${name}>`;
}
const Box = ({ size = 1, children }) => `[box ${size}: ${children.join(';')}]`;
const ns = { Item: (p) => `(item ${p.id}${p.on ? ' on' : ''})` };
const items = [1, 2, 3], props = { a: 1, b: 2 };
console.log(<div />, <a href="x&amp;y" title='q"q' data-k={1 + 1}>text &lt; more &#65;&#x42;</a>);
console.log(<Box size={5}>one{' '}two<b>3</b></Box>);
console.log(<ul>
  {items.map(i => <ns.Item id={i} on={i > 1} />)}
  line one
  line two
  {/* comment */}
  <li {...props} c="3" {...{ d: 4 }}>x</li>
</ul>);
console.log(<><p>in fragment</p></>, <x-y a:b="1" flag />);
const f = (x) => x ? <i>{x}</i> : null; console.log(f(0), f('t'), (<b>{`t${1}`}</b>).length);
