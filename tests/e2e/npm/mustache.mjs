import Mustache from "mustache";

export default () => [
	Mustache.render("Hi {{name}} {{{html}}} {{&html}} {{html}} {{#list}}<{{.}}>{{/list}}{{^none}}nothing{{/none}}", { name: "Ada", html: "<b>'&", list: [1, 2], none: [] }),
	Mustache.render("{{#people}}{{name}}: {{#pets}}{{.}},{{/pets}}{{#adult}}({{age}}){{/adult}}\n{{/people}}", {
		people: [{ name: "A", pets: ["x", "y"], age: 20, adult() { return this.age > 18; } }, { name: "B", pets: [], age: 3, adult: false }],
	}),
	Mustache.render("{{#bold}}text {{x}}{{/bold}} {{> part}} {{a.b.c}} {{! comment }}{{=<% %>=}}<% x %>", {
		bold: () => (text, render) => `<b>${render(text)}</b>`, x: 7, a: { b: { c: "deep" } },
	}, { part: "[{{x}}]" }),
	Mustache.parse("a {{b}} {{#c}}d{{/c}}").length,
	(() => { try { Mustache.render("{{#a}}"); } catch (e) { return e.message; } })(),
];
