import { Component, createContext, Fragment, h } from "preact";
import { useContext, useMemo, useReducer, useState } from "preact/hooks";
import { render, renderToStringAsync } from "preact-render-to-string";

const Theme = createContext("light");
function Item({ text, n = 1 }) {
	const [state] = useState(() => text.toUpperCase());
	const twice = useMemo(() => n * 2, [n]);
	const [r] = useReducer((s) => s, 5);
	return h("li", { class: `item ${useContext(Theme)}`, "data-n": twice, style: { color: "red", marginTop: r } }, state, " & ", text);
}
class List extends Component {
	state = { open: true };
	render({ items = ["a", "b<c>"] }, { open }) {
		return h(Fragment, null, h("ul", { hidden: !open }, items.map((t, i) => h(Item, { key: t, text: t, n: i }))), h("input", { value: 'q"', disabled: true, checked: false }));
	}
}

export default async () => [
	render(h(Theme.Provider, { value: "dark" }, h(List))), render(h("div", { dangerouslySetInnerHTML: { __html: "<i>x</i>" } })),
	render(h("svg", { viewBox: "0 0 1 1", xlinkHref: "#a" }, h("path", { strokeWidth: 2 }))), render(h("p", null, null, false, 0, [1, [2]], undefined)),
	await renderToStringAsync(h(List, { items: ["z"] })),
];
