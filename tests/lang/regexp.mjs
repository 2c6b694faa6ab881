// Literals: what the front-end accepts is what the engine compiles.
const show = (re, s) => {
	const m = re.exec(s);
	print(String(re), m && JSON.stringify(m), m && m.groups ? JSON.stringify(m.groups) : "");
};
show(/(?:(?<x>a)|(?<x>b))\k<x>/, "bb");
show(/(?<x>a)|(?<x>b)|(?<y>c)(?<x>d)/, "cd");
show(/(?i:a)b|(?-i:c)/, "Ab");
show(/(?i-s:a.)(?m:^b)/s, "A\nb");
show(/a(?i:b(?-i:c))/, "aBc");
show(/^\p{RGI_Emoji}+$/v, "👨‍👩‍👧😀🇩🇪1️⃣");
show(/[\p{RGI_Emoji}--\q{😀}]/v, "😀😃");
show(/[\q{abc|ab|}x]/v, "ab");
show(/(?<=([\q{cab|ab}]))d/v, "cabd");
show(/[^\q{ab}&&a]/v, "c");
for (const text of ["/(?<x>a)(?<x>b)/", "/((?<x>a)|b)(?<x>c)/", "/(?ii:a)/", "/(?-:a)/", "/(?i-i:a)/", "/\\P{RGI_Emoji}/v",
	"/[^\\p{RGI_Emoji}]/v", "/[^\\q{abc}--\\q{abc}]/v", "/\\p{RGI_Emoji}/u"]) {
	let compiled = "compiles", literal = "compiles";
	try { new RegExp(text.slice(1, text.lastIndexOf("/")), text.slice(text.lastIndexOf("/") + 1)); } catch (e) { compiled = e.name; }
	try { (0, eval)(text); } catch (e) { literal = e.name; }
	print(text, compiled, literal);
}
