import React from "./runtime/react.js"; import {h, type T, Unused} from "./runtime/react.js"; type Q={a:T};
console.log(JSON.stringify(<div a="x">{[1]}<b {...{c:1}}/> t{...[5,6]}</div>), JSON.stringify(<></>));
const f=<T,>(x:T)=>x; console.log(f<number>(3));
