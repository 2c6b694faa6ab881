import { Marked, marked } from "marked";

const text = `# Title *with* \`code\`

A [link](https://example.com "t") and ![img](a.png), **bold _nested_** ~~gone~~ https://auto.example.

> quote
> - list
>   1. one
>   2. two

| a | b |
|:--|--:|
| 1 | \\| |

- [x] done
- [ ] open

\`\`\`js
const x = "<b>";
\`\`\`

<div>html</div>

***
Line\\
break &amp; &copy;
`;

export default async () => {
	const own = new Marked({ async: true, gfm: true, walkTokens: async (t) => { if (t.type === "heading") t.depth += 1; },
		renderer: { link({ href, tokens }) { return `<a data-x="${href}">${this.parser.parseInline(tokens)}</a>`; } } });
	return [marked.parse(text), await own.parse(text), marked.parseInline("a **b** c"), marked.lexer("1. a\n2. b")[0].items.map((i) => i.text),
		marked.parse("a\n".repeat(50) + "[x][y]\n\n[y]: /z 'q'")];
};
