/*
 * Intl for en-US: what Node prints for the same, with plain spaces.
 */
import assert from 'node:assert';

const WANT = [
	"n1 [\"0\",\"-0\",\"1,234.568\",\"1,000,000,000,000,000,000,000\",\"0.3\",\"-1,234,567.891\",\"NaN\",\"-∞\",\"1,000\"]",
	"cur [\"$1,234.50\",\"-€3.01\",\"¥1,235\",\"CHF 5.00\",\"1.00 US dollars\",\"($5.00)\",\"$5\",\"$6\"]",
	"pct [\"26%\",\"25.7%\",\"1,200%\"]",
	"cmp [\"0\",\"5\",\"12\",\"999\",\"1.2K\",\"12K\",\"123K\",\"1M\",\"1M\",\"1.3B\",\"1000T\",\"1.5\"]",
	"cmpl [\"1.2 million\",\"1.23M\"]",
	"sci [\"1.235E4\",\"12.345E3\"]",
	"digits [\"1.00\",\"123,000\",\"007\",\"12345\",\"1.01\",\"1.500\",\"3\"]",
	"sign [\"+5\",\"0\",\"5\"]",
	"unit [\"5 kB\",\"1 hour\",\"2 days\"]",
	"big [\"12,345,678,901,234,567,890\",\"12,345,678,901,234,567,890\"]",
	"parts [{\"type\":\"minusSign\",\"value\":\"-\"},{\"type\":\"currency\",\"value\":\"$\"},{\"type\":\"integer\",\"value\":\"1\"},{\"type\":\"group\",\"value\":\",\"},{\"type\":\"integer\",\"value\":\"234\"},{\"type\":\"decimal\",\"value\":\".\"},{\"type\":\"fraction\",\"value\":\"50\"}]",
	"d0 11/3/2026",
	"ds full Tuesday, November 3, 2026",
	"ts full 3:04:05 PM Coordinated Universal Time",
	"dts full Tuesday, November 3, 2026 at 3:04 PM",
	"ds long November 3, 2026",
	"ts long 3:04:05 PM UTC",
	"dts long November 3, 2026 at 3:04 PM",
	"ds medium Nov 3, 2026",
	"ts medium 3:04:05 PM",
	"dts medium Nov 3, 2026, 3:04 PM",
	"ds short 11/3/26",
	"ts short 3:04 PM",
	"dts short 11/3/26, 3:04 PM",
	"d1 November 3, 2026",
	"d2 Tue, Nov 3",
	"d3 November 2026",
	"d4 11/03/2026",
	"d5 Tuesday",
	"d6 2026",
	"d7 3 PM",
	"d8 03:04 PM",
	"d9 15:04:05",
	"d10 Nov 03, 2026, 3:04 PM UTC",
	"d12 Tuesday, November 3, 2026",
	"d13 11/3",
	"d14 04:05.67",
	"d15 Tue, 11/3/2026",
	"d16 November 3, 2026 at 3:04:05 PM UTC",
	"ls [\"11/3/2026\",\"Nov 3\",\"$1,234.50\",\"50%\"]",
	"dparts [{\"type\":\"month\",\"value\":\"11\"},{\"type\":\"literal\",\"value\":\"/\"},{\"type\":\"day\",\"value\":\"3\"},{\"type\":\"literal\",\"value\":\"/\"},{\"type\":\"year\",\"value\":\"2026\"}]",
	"range {\"locale\":\"en-US\",\"calendar\":\"gregory\",\"numberingSystem\":\"latn\",\"timeZone\":\"UTC\",\"year\":\"numeric\",\"month\":\"numeric\",\"day\":\"numeric\"}",
	"pl [\"other\",\"one\",\"other\",\"other\"]",
	"plo [\"one\",\"two\",\"few\",\"other\",\"other\",\"other\",\"other\",\"one\",\"two\",\"few\",\"one\",\"other\"]",
	"lf [[[\"a\",\"a and b\",\"a, b, and c\"],[\"a\",\"a & b\",\"a, b, & c\"],[\"a\",\"a, b\",\"a, b, c\"]],[[\"a\",\"a or b\",\"a, b, or c\"],[\"a\",\"a or b\",\"a, b, or c\"],[\"a\",\"a or b\",\"a, b, or c\"]],[[\"a\",\"a, b\",\"a, b, c\"],[\"a\",\"a, b\",\"a, b, c\"],[\"a\",\"a b\",\"a b c\"]]]",
	"rtf [\"1 day ago\",\"yesterday\",\"next week\",\"in 3 months\",\"10 min. ago\",\"now\"]",
	"col [\"10\",\"2\",\"a\",\"A\",\"ä\",\"a1\",\"b\",\"z\",\"Z\"]",
	"coln [\"9\",\"10\",\"a1\",\"a2\",\"a10\",\"b\"]",
	"cols [0,0,-1,0]",
	"seg [\"é\",\"👨‍👩‍👧\",\"x\",\"🇩🇪\"]",
	"segw [[\"Hello\",true,0],[\",\",false,5],[\" \",false,6],[\"it's\",true,7],[\" \",false,11],[\"me\",true,12],[\".\",false,14]]",
	"cont 👍",
	"sup [\"en-US\",\"en\"]",
	"canon [\"en-US\"]",
	"tag [\"[object Intl]\",\"[object Intl.NumberFormat]\",\"5\",\"function\"]"
];

function results() {
	const out = [];
	const t = (n, f) => {
		let r;

		try {
			r = f();
		} catch (e) {
			r = e.name + ': ' + e.message;
		}
		out.push(n + ' ' + (typeof r === 'string' ? r :
		    JSON.stringify(r)));
	};

	const N = (o, x) => new Intl.NumberFormat('en-US', o).format(x);
	t('n1', () => [0, -0, 1234.5678, 1e21, 0.1 + 0.2, -1234567.891, NaN, -Infinity, 999.9995].map((x) => N({}, x)));
	t('cur', () => [N({ style: 'currency', currency: 'USD' }, 1234.5), N({ style: 'currency', currency: 'EUR' }, -3.005), N({ style: 'currency', currency: 'JPY' }, 1234.5), N({ style: 'currency', currency: 'CHF' }, 5), N({ style: 'currency', currency: 'USD', currencyDisplay: 'name' }, 1), N({ style: 'currency', currency: 'USD', currencySign: 'accounting' }, -5), N({ style: 'currency', currency: 'USD', minimumFractionDigits: 0 }, 5), N({ style: 'currency', currency: 'USD', maximumFractionDigits: 0 }, 5.5)]);
	t('pct', () => [N({ style: 'percent' }, 0.256), N({ style: 'percent', maximumFractionDigits: 1 }, 0.2567), N({ style: 'percent' }, 12)]);
	t('cmp', () => [0, 5, 12.34, 999, 1234, 12345, 123456, 999999, 1e6, 1.25e9, 1e15, 1.5].map((x) => N({ notation: 'compact' }, x)));
	t('cmpl', () => [N({ notation: 'compact', compactDisplay: 'long' }, 1234567), N({ notation: 'compact', maximumFractionDigits: 2 }, 1234567)]);
	t('sci', () => [N({ notation: 'scientific' }, 12345), N({ notation: 'engineering' }, 12345)]);
	t('digits', () => [N({ minimumFractionDigits: 2 }, 1), N({ maximumSignificantDigits: 3 }, 123456), N({ minimumIntegerDigits: 3 }, 7), N({ useGrouping: false }, 12345), N({ maximumFractionDigits: 2 }, 1.005), N({ minimumSignificantDigits: 4 }, 1.5), N({ maximumFractionDigits: 0 }, 2.5)]);
	t('sign', () => [N({ signDisplay: 'always' }, 5), N({ signDisplay: 'exceptZero' }, 0), N({ signDisplay: 'never' }, -5)]);
	t('unit', () => [N({ style: 'unit', unit: 'kilobyte' }, 5), N({ style: 'unit', unit: 'hour', unitDisplay: 'long' }, 1), N({ style: 'unit', unit: 'day' }, 2)]);
	t('big', () => [N({}, 12345678901234567890n), 12345678901234567890n.toLocaleString()]);
	t('parts', () => new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).formatToParts(-1234.5));
	const d = new Date(Date.UTC(2026, 10, 3, 15, 4, 5, 678));
	const D = (o) => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...o }).format(d).replace(/\u202f/g, ' ');
	t('d0', () => D({})); for (const s of ['full', 'long', 'medium', 'short']) { t('ds ' + s, () => D({ dateStyle: s })); t('ts ' + s, () => D({ timeStyle: s })); t('dts ' + s, () => D({ dateStyle: s, timeStyle: 'short' })); }
	t('d1', () => D({ year: 'numeric', month: 'long', day: 'numeric' })); t('d2', () => D({ weekday: 'short', month: 'short', day: 'numeric' }));
	t('d3', () => D({ month: 'long', year: 'numeric' })); t('d4', () => D({ month: '2-digit', day: '2-digit', year: 'numeric' })); t('d5', () => D({ weekday: 'long' })); t('d6', () => D({ year: 'numeric' }));
	t('d7', () => D({ hour: 'numeric' })); t('d8', () => D({ hour: '2-digit', minute: '2-digit' })); t('d9', () => D({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }));
	t('d10', () => D({ year: 'numeric', month: 'short', day: '2-digit', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' })); 
	t('d12', () => D({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })); t('d13', () => D({ month: 'numeric', day: 'numeric' })); t('d14', () => D({ minute: '2-digit', second: '2-digit', fractionalSecondDigits: 2 }));
	t('d15', () => D({ weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric' })); t('d16', () => D({ dateStyle: 'long', timeStyle: 'long' }));
	t('ls', () => [d.toLocaleDateString('en-US', { timeZone: 'UTC' }), d.toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' }), (1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }), (0.5).toLocaleString(undefined, { style: 'percent' })]);
	t('dparts', () => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).formatToParts(d));
	t('range', () => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).resolvedOptions());
	t('pl', () => [0, 1, 2, 1.5].map((x) => new Intl.PluralRules('en-US').select(x))); t('plo', () => [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111].map((x) => new Intl.PluralRules('en-US', { type: 'ordinal' }).select(x)));
	t('lf', () => ['conjunction', 'disjunction', 'unit'].map((type) => ['long', 'short', 'narrow'].map((style) => [['a'], ['a', 'b'], ['a', 'b', 'c']].map((l) => new Intl.ListFormat('en', { type, style }).format(l)))));
	t('rtf', () => [new Intl.RelativeTimeFormat('en').format(-1, 'day'), new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day'), new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(1, 'week'), new Intl.RelativeTimeFormat('en').format(3, 'months'), new Intl.RelativeTimeFormat('en', { style: 'short' }).format(-10, 'minute'), new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(0, 'second')]);
	t('col', () => ['z', 'a', 'Z', 'ä', 'A', 'b', 'a1', '10', '2'].sort(new Intl.Collator('en').compare)); t('coln', () => ['a10', 'a2', 'a1', '10', '9', 'b'].sort(new Intl.Collator('en', { numeric: true }).compare));
	t('cols', () => [new Intl.Collator('en', { sensitivity: 'base' }).compare('a', 'Á'), new Intl.Collator('en', { sensitivity: 'accent' }).compare('a', 'A'), 'a'.localeCompare('B', 'en'), 'a'.localeCompare('A', undefined, { sensitivity: 'base' })]);
	t('seg', () => [...new Intl.Segmenter('en').segment('e\u0301👨‍👩‍👧x🇩🇪')].map((s) => s.segment)); t('segw', () => [...new Intl.Segmenter('en', { granularity: 'word' }).segment("Hello, it's me.")].map((s) => [s.segment, s.isWordLike, s.index]));
	t('cont', () => new Intl.Segmenter('en').segment('a👍b').containing(2).segment);
	t('sup', () => Intl.NumberFormat.supportedLocalesOf(['en-US', 'en']));
	t('canon', () => Intl.getCanonicalLocales('EN-us')); t('tag', () => [String(Intl), String(new Intl.NumberFormat()), Intl.NumberFormat().format(5), typeof Intl.DateTimeFormat().format]);
	return out;
}

export const formats = {
	test() {
		const got = results();

		WANT.forEach((w, i) => assert.strictEqual(got[i], w));
		assert.strictEqual(got.length, WANT.length);
	},
};

export const refusals = {
	test() {
		for (const f of [
			() => new Intl.NumberFormat('de-DE'),
			() => new Date(0).toLocaleString('fr'),
			() => new Intl.DateTimeFormat('en', {
				timeZone: 'America/New_York' }),
			() => new Intl.NumberFormat('x_y'),
			() => new Intl.NumberFormat('en', { style: 'bad' }),
			() => new Intl.Segmenter('en', {
				granularity: 'sentence' }),
			() => new Intl.DateTimeFormat('en').format(NaN),
		])
			assert.throws(f, RangeError);
	},
};

export const types = {
	test() {
		for (const f of [
			() => new Intl.NumberFormat('en', {
				style: 'currency' }),
			() => new Intl.NumberFormat(null),
			() => Intl.PluralRules('en'),
			() => Intl.NumberFormat.prototype.format,
		])
			assert.throws(f, TypeError);
		assert.strictEqual(new Intl.DateTimeFormat('en', {
			timeZone: '+05:30', hour: 'numeric',
			minute: 'numeric' }).format(0), '5:30 AM');
	},
};
