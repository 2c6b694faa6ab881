/** @jsxImportSource ./runtime */
const a = { b: { c: 'member' } }, x = { p: 1, q: 2 }, order = [];
const L = (v) => (order.push(v), v);
const C = ({ children }) => children;
for (const e of [
  <div/>,
  <a b="1&amp;2&hearts;" key={L('key')} c={L('c')}>text {1}{...[2, 3]} &eacute;&#8364;</a>,
  <><b/></>,
  <C key="z" {...x} q={3}>{x.p}</C>,
  <i key={L('only')}/>,
  <u {...x}>one</u>,
  <a.b.c/>,
  <m>{...[1]}</m>,
  <xlink:href data-x="y"
    multi={() =>
      2}
  >
    lines
    are joined   {/* nothing */}
  </xlink:href>,
]) console.log(JSON.stringify(e));
console.log(order.join());
