/*
 * Intl for en and en-US, in UTC or at a fixed offset. Anything else is a
 * RangeError that says so: there is no data of other locales in a worker.
 */
(function (native) {
	'use strict';
	const { global, breaks } = native;
	const LOCALES = ['en', 'en-US'];
	const $I = native.hidden('intl');

	function canonical(tag) {
		if (typeof tag !== 'string' && (typeof tag !== 'object' ||
		    tag === null))
			throw new TypeError('Incorrect locale information ' +
			    'provided');
		tag = String(tag);
		if (!/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag))
			throw new RangeError('Incorrect locale information ' +
			    'provided');
		return tag.split('-').map((p, i, all) => {
			if (i === 0 || all.slice(0, i).some(
			    (q) => q.length === 1))
				return p.toLowerCase();
			return p.length === 2 ? p.toUpperCase() :
			    p.length === 4 && /^[a-z]/i.test(p) ?
				p[0].toUpperCase() + p.slice(1).toLowerCase() :
				p.toLowerCase();
		}).join('-');
	}
	function canonicalList(locales) {
		if (locales === undefined)
			return [];
		if (locales === null)
			throw new TypeError('Cannot convert undefined or ' +
			    'null to object');
		return [...new Set((typeof locales === 'string' ? [locales] :
		    Array.from(locales)).map(canonical))];
	}
	const bare = (tag) => tag.replace(/-u(-.*)?$/, '');
	function choose(locales) {
		const list = canonicalList(locales);
		const found = list.find((t) => LOCALES.includes(bare(t)));

		if (list.length > 0 && found === undefined)
			throw new RangeError('Intl: locale "' + list[0] +
			    '" is not supported; only en and en-US are');
		return found === undefined ? 'en-US' : bare(found);
	}
	function option(o, name, allowed, dflt) {
		let v = o[name];

		if (v === undefined)
			return dflt;
		v = String(v);
		if (!allowed.includes(v))
			throw new RangeError('Value ' + v + ' out of range ' +
			    'for Intl options property ' + name);
		return v;
	}
	function integer(o, name, min, max, dflt) {
		const v = o[name];

		if (v === undefined)
			return dflt;
		if (!(Number(v) >= min && Number(v) <= max))
			throw new RangeError(name + ' value is out of range.');
		return Math.floor(Number(v));
	}
	function asOptions(o) {
		if (o === null)
			throw new TypeError('Cannot convert undefined or ' +
			    'null to object');
		return o === undefined ? Object.create(null) : Object(o);
	}
	function unsupported(what) {
		throw new RangeError('Intl: ' + what + ' is not supported');
	}
	function state(o, kind) {
		const s = typeof o === 'object' && o !== null ? o[$I] :
		    undefined;

		if (s === undefined || s.self !== o || s.kind !== kind)
			throw new TypeError('Method Intl.' + kind +
			    ' called on incompatible receiver');
		return s;
	}
	/* Keep the state S in the object O. */
	function keep(o, kind, s) {
		s.self = o;
		s.kind = kind;
		native.value(o, $I, s);
	}
	const join = (parts) => parts.map((p) => p.value).join('');

	/* ---- numbers ------------------------------------------------- */

	/* |x| as digits d[0].d[1]... times 10^exp; an empty text is zero. */
	function decimal(x) {
		let neg, text;

		if (typeof x === 'bigint') {
			neg = x < 0n;
			text = String(neg ? -x : x);
			return { neg, digits: text.replace(/^0$|0+$/, ''),
				exp: text.length - 1 };
		}
		neg = x < 0 || Object.is(x, -0);
		text = Math.abs(x).toExponential().split('e');
		return { neg, digits: text[0].replace('.', '')
		    .replace(/^0$|0+$/, ''), exp: Number(text[1]) };
	}
	/* Round to COUNT digits, half away from zero. */
	function roundTo(d, count) {
		let digits = d.digits, exp = d.exp, up, i;

		if (count >= digits.length)
			return d;
		if (count < 0)
			return { neg: d.neg, digits: '', exp: 0 };
		up = digits[count] >= '5';
		digits = digits.slice(0, count);
		if (up) {
			for (i = count - 1; i >= 0 && digits[i] === '9';)
				i--;
			if (i < 0) {
				digits = '1';
				exp++;
			} else {
				digits = digits.slice(0, i) +
				    String(Number(digits[i]) + 1);
			}
		}
		digits = digits.replace(/0+$/, '');
		return { neg: d.neg, digits, exp: digits ? exp : 0 };
	}
	/* [integer, fraction] of D with at least MIN fraction digits */
	function plain(d, min) {
		let { digits, exp } = d, whole;

		if (exp < 0 || digits === '') {
			whole = '0';
			digits = digits && '0'.repeat(-exp - 1) + digits;
		} else {
			whole = digits.slice(0, exp + 1).padEnd(exp + 1, '0');
			digits = digits.slice(exp + 1);
		}
		return [whole, digits.padEnd(min, '0')];
	}
	/* As the digit options of S say: [integer, fraction] */
	function rounded(d, s) {
		let r, min;

		if (s.maxSig !== undefined) {
			r = roundTo(d, s.maxSig);
			min = s.minSig - 1 - r.exp;
			return plain(r, Math.max(min, 0));
		}
		if (s.compactDigits) {
			r = roundTo(d, Math.max(d.exp + 1, 2));
			return plain(r, 0);
		}
		return plain(roundTo(d, d.exp + 1 + s.maxFrac), s.minFrac);
	}
	function digitOptions(s, o, minDefault, maxDefault) {
		const minInt = integer(o, 'minimumIntegerDigits', 1, 21, 1);
		const sig = o.minimumSignificantDigits !== undefined ||
		    o.maximumSignificantDigits !== undefined;
		const frac = o.minimumFractionDigits !== undefined ||
		    o.maximumFractionDigits !== undefined;

		s.minInt = minInt;
		if (option(o, 'roundingMode', ['ceil', 'floor', 'expand',
			'trunc', 'halfCeil', 'halfFloor', 'halfExpand',
			'halfTrunc', 'halfEven'], 'halfExpand') !== 'halfExpand')
			unsupported('roundingMode ' + o.roundingMode);
		if (integer(o, 'roundingIncrement', 1, 5000, 1) !== 1)
			unsupported('roundingIncrement');
		if (sig) {
			s.minSig = integer(o, 'minimumSignificantDigits', 1,
			    21, 1);
			s.maxSig = integer(o, 'maximumSignificantDigits',
			    s.minSig, 21, 21);
			return;
		}
		if (!frac && s.notation === 'compact') {
			s.compactDigits = true;
			s.minFrac = s.maxFrac = 0;
			return;
		}
		s.minFrac = integer(o, 'minimumFractionDigits', 0, 100);
		s.maxFrac = integer(o, 'maximumFractionDigits', 0, 100);
		if (s.minFrac === undefined)
			s.minFrac = Math.min(minDefault, s.maxFrac ??
			    minDefault);
		if (s.maxFrac === undefined)
			s.maxFrac = Math.max(maxDefault, s.minFrac);
		if (s.minFrac > s.maxFrac)
			throw new RangeError('maximumFractionDigits value is ' +
			    'out of range.');
	}

	const SYMBOLS = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹',
		CNY: 'CN¥', KRW: '₩', ILS: '₪', VND: '₫', BRL: 'R$',
		CAD: 'CA$', AUD: 'A$', NZD: 'NZ$', MXN: 'MX$', HKD: 'HK$',
		TWD: 'NT$', PHP: '₱', XAF: 'FCFA', XOF: 'F\u202fCFA',
		XPF: 'CFPF', XCD: 'EC$' };
	const NARROW = { CAD: '$', AUD: '$', NZD: '$', MXN: '$', HKD: '$',
		TWD: '$', CNY: '¥', XCD: '$', RUB: '₽', UAH: '₴', TRY: '₺',
		PLN: 'zł', SEK: 'kr', NOK: 'kr', DKK: 'kr', CZK: 'Kč' };
	const NAMES = { USD: ['US dollar', 'US dollars'],
		EUR: ['euro', 'euros'], JPY: ['Japanese yen', 'Japanese yen'],
		GBP: ['British pound', 'British pounds'] };
	const NO_MINOR = ['JPY', 'KRW', 'VND', 'CLP', 'ISK', 'XAF', 'XOF',
		'XPF', 'UGX', 'PYG', 'RWF', 'KMF', 'GNF', 'DJF', 'BIF', 'VUV'];
	const MILLI = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];
	/* short (with %s in it or behind a space), long singular */
	const UNITS = { bit: ['bit', 'bit'], byte: ['byte', 'byte'],
		kilobit: ['kb', 'kilobit'], kilobyte: ['kB', 'kilobyte'],
		megabit: ['Mb', 'megabit'], megabyte: ['MB', 'megabyte'],
		gigabit: ['Gb', 'gigabit'], gigabyte: ['GB', 'gigabyte'],
		terabit: ['Tb', 'terabit'], terabyte: ['TB', 'terabyte'],
		petabyte: ['PB', 'petabyte'],
		millisecond: ['ms', 'millisecond'], second: ['sec', 'second'],
		minute: ['min', 'minute'], hour: ['hr', 'hour'],
		day: ['day', 'day', 1], week: ['wk', 'week', 1],
		month: ['mth', 'month', 1], year: ['yr', 'year', 1],
		millimeter: ['mm', 'millimeter'],
		centimeter: ['cm', 'centimeter'], meter: ['m', 'meter'],
		kilometer: ['km', 'kilometer'], mile: ['mi', 'mile'],
		yard: ['yd', 'yard'], gram: ['g', 'gram'],
		kilogram: ['kg', 'kilogram'], ounce: ['oz', 'ounce'],
		pound: ['lb', 'pound'], liter: ['L', 'liter'],
		milliliter: ['mL', 'milliliter'], acre: ['ac', 'acre'],
		hectare: ['ha', 'hectare'] };
	const SUFFIX = { short: ['', 'K', 'M', 'B', 'T'], long: ['',
		'thousand', 'million', 'billion', 'trillion'] };

	/* [ a BigInt, or a number ] */
	function numeric(v) {
		if (typeof v === 'object' && v !== null)
			v = v[Symbol.toPrimitive] !== undefined ||
			    typeof v.valueOf() === 'object' ? Number(v) :
			    v.valueOf();
		return typeof v === 'bigint' ? v : Number(v);
	}
	function grouped(whole, s, parts) {
		const on = s.grouping === 'always' || s.grouping === 'auto' ||
		    (s.grouping === 'min2' && whole.length > 4);
		let at;

		if (!on || whole.length < 4 || (s.notation === 'compact' &&
		    s.grouping === 'min2' && whole.length < 5)) {
			parts.push({ type: 'integer', value: whole });
			return;
		}
		at = whole.length % 3 || 3;
		parts.push({ type: 'integer', value: whole.slice(0, at) });
		for (; at < whole.length; at += 3)
			parts.push({ type: 'group', value: ',' },
			    { type: 'integer', value: whole.slice(at, at + 3) });
	}
	function digitParts(s, d, parts) {
		const [whole, fraction] = rounded(d, s);

		grouped(whole.padStart(s.minInt, '0'), s, parts);
		if (fraction !== '')
			parts.push({ type: 'decimal', value: '.' },
			    { type: 'fraction', value: fraction });
		return whole + fraction;
	}
	/* The absolute value: parts pushed; returns its digits. */
	function magnitude(s, d, parts) {
		let shift = 0, shown;

		if (s.notation === 'compact' && d.digits !== '') {
			shift = Math.min(Math.max(Math.floor(d.exp / 3), 0), 4);
			const test = [];

			digitParts({ ...s, grouping: 'never' }, { ...d,
				exp: d.exp - 3 * shift }, test);
			if (test[0].value.length > 3 && shift < 4)
				shift++;
			shown = digitParts(s, { ...d,
				exp: d.exp - 3 * shift }, parts);
			if (shift > 0) {
				if (s.compactDisplay === 'long')
					parts.push({ type: 'literal',
						value: ' ' });
				parts.push({ type: 'compact',
					value: SUFFIX[s.compactDisplay][shift] });
			}
			return shown;
		}
		if (s.notation === 'scientific' ||
		    s.notation === 'engineering') {
			const by = d.digits === '' ? 0 :
			    s.notation === 'scientific' ? d.exp :
				Math.floor(d.exp / 3) * 3;

			shown = digitParts(s, { ...d, exp: d.exp - by }, parts);
			parts.push({ type: 'exponentSeparator', value: 'E' });
			if (by < 0)
				parts.push({ type: 'exponentMinusSign',
					value: '-' });
			parts.push({ type: 'exponentInteger',
				value: String(Math.abs(by)) });
			return shown;
		}
		return digitParts(s, d, parts);
	}
	function signOf(s, neg, zero) {
		switch (s.signDisplay) {
		case 'never':
			return '';
		case 'always':
			return neg ? '-' : '+';
		case 'exceptZero':
			return zero ? '' : neg ? '-' : '+';
		case 'negative':
			return neg && !zero ? '-' : '';
		default:
			return neg ? '-' : '';
		}
	}
	function unitPart(s, shown) {
		const u = UNITS[s.unit], one = shown === '1';

		if (s.unitDisplay === 'long')
			return [' ', u[1] + (one ? '' : 's')];
		if (s.unitDisplay === 'narrow')
			return ['', { byte: 'B', second: 's', minute: 'm',
				hour: 'h', day: 'd', week: 'w', month: 'm',
				year: 'y' }[s.unit] ?? u[0]];
		if (s.unit === 'byte' || s.unit === 'bit')
			return [' ', u[0]];
		return [' ', u[0] + (u[2] && !one ? 's' : '')];
	}
	function numberParts(s, v) {
		const x = numeric(v), parts = [], body = [];
		let d, shown, sign;

		if (typeof x === 'number' && !Number.isFinite(x)) {
			const nan = Number.isNaN(x);

			d = { neg: x < 0, digits: nan ? '' : '1' };
			body.push(nan ? { type: 'nan', value: 'NaN' } :
			    { type: 'infinity', value: '∞' });
		} else {
			d = decimal(x);
			if (s.style === 'percent')
				d = { ...d, exp: d.exp + 2 };
			shown = magnitude(s, d, body);
		}
		sign = signOf(s, d.neg, shown === undefined ? d.digits === '' :
		    !/[1-9]/.test(shown));
		const accounting = sign === '-' && s.style === 'currency' &&
		    s.currencySign === 'accounting';

		if (accounting)
			parts.push({ type: 'literal', value: '(' });
		else if (sign !== '')
			parts.push({ type: sign === '-' ? 'minusSign' :
				'plusSign', value: sign });
		if (s.style === 'currency' && s.currencyDisplay !== 'name') {
			const c = s.currencyDisplay === 'code' ? s.currency :
			    (s.currencyDisplay === 'narrowSymbol' &&
				NARROW[s.currency]) || SYMBOLS[s.currency] ||
				s.currency;

			parts.push({ type: 'currency', value: c });
			if (/[A-Z]$/i.test(c))
				parts.push({ type: 'literal',
					value: '\u00a0' });
		}
		parts.push(...body);
		if (s.style === 'percent')
			parts.push({ type: 'percentSign', value: '%' });
		if (s.style === 'unit') {
			const [gap, text] = unitPart(s, shown);

			if (gap)
				parts.push({ type: 'literal', value: gap });
			parts.push({ type: 'unit', value: text });
		}
		if (s.style === 'currency' && s.currencyDisplay === 'name') {
			const names = NAMES[s.currency];

			parts.push({ type: 'literal', value: ' ' },
			    { type: 'currency', value: names ? names[
				shown === '1' ? 0 : 1] : s.currency });
		}
		if (accounting)
			parts.push({ type: 'literal', value: ')' });
		return parts;
	}
	function groupingOption(o, notation) {
		const v = o.useGrouping;

		if (v === undefined)
			return notation === 'compact' ? 'min2' : 'auto';
		if (v === true || v === 'true')
			return 'always';
		if (v === false || v === 'false' || v === null || v === '' ||
		    v === 0)
			return 'never';
		return option(o, 'useGrouping', ['min2', 'auto', 'always']);
	}
	function currencyOptions(s, o) {
		s.currency = o.currency;
		if (s.currency !== undefined) {
			s.currency = String(s.currency).toUpperCase();
			if (!/^[A-Z]{3}$/.test(s.currency))
				throw new RangeError('Invalid currency code : ' +
				    o.currency);
		}
		if (s.style === 'currency' && s.currency === undefined)
			throw new TypeError('Currency code is required with ' +
			    'currency style.');
		s.currencyDisplay = option(o, 'currencyDisplay', ['code',
			'symbol', 'narrowSymbol', 'name'], 'symbol');
		s.currencySign = option(o, 'currencySign', ['standard',
			'accounting'], 'standard');
	}
	class NumberFormat {
		constructor(locales, options) {
			const o = asOptions(options), s = { locale:
				choose(locales) };
			let digits = 0;

			s.style = option(o, 'style', ['decimal', 'percent',
				'currency', 'unit'], 'decimal');
			currencyOptions(s, o);
			s.unit = o.unit === undefined ? undefined :
			    String(o.unit);
			s.unitDisplay = option(o, 'unitDisplay', ['short',
				'narrow', 'long'], 'short');
			if (s.style === 'unit') {
				if (s.unit === undefined)
					throw new TypeError('Unit is required ' +
					    'with unit style.');
				if (!Object.hasOwn(UNITS, s.unit))
					unsupported('unit ' + s.unit);
			}
			s.notation = option(o, 'notation', ['standard',
				'scientific', 'engineering', 'compact'],
			    'standard');
			if (s.style === 'currency')
				digits = NO_MINOR.includes(s.currency) ? 0 :
				    MILLI.includes(s.currency) ? 3 : 2;
			digitOptions(s, o, digits, s.style === 'currency' ?
			    digits : s.style === 'percent' ? 0 : 3);
			s.compactDisplay = option(o, 'compactDisplay',
			    ['short', 'long'], 'short');
			s.grouping = groupingOption(o, s.notation);
			s.signDisplay = option(o, 'signDisplay', ['auto',
				'never', 'always', 'exceptZero', 'negative'],
			    'auto');
			keep(this, 'NumberFormat', s);
		}
		get format() {
			const s = state(this, 'NumberFormat');

			return s.bound ??= (v) => join(numberParts(s, v));
		}
		formatToParts(v) {
			return numberParts(state(this, 'NumberFormat'), v);
		}
		resolvedOptions() {
			const s = state(this, 'NumberFormat'), r = {
				locale: s.locale, numberingSystem: 'latn',
				style: s.style };

			if (s.style === 'currency')
				Object.assign(r, { currency: s.currency,
					currencyDisplay: s.currencyDisplay,
					currencySign: s.currencySign });
			if (s.style === 'unit')
				Object.assign(r, { unit: s.unit,
					unitDisplay: s.unitDisplay });
			r.minimumIntegerDigits = s.minInt;
			if (s.maxSig === undefined)
				Object.assign(r, {
					minimumFractionDigits: s.minFrac,
					maximumFractionDigits: s.maxFrac });
			else
				Object.assign(r, {
					minimumSignificantDigits: s.minSig,
					maximumSignificantDigits: s.maxSig });
			r.useGrouping = s.grouping === 'never' ? false :
			    s.grouping;
			r.notation = s.notation;
			if (s.notation === 'compact')
				r.compactDisplay = s.compactDisplay;
			r.signDisplay = s.signDisplay;
			r.roundingIncrement = 1;
			r.roundingMode = 'halfExpand';
			return r;
		}
	}

	/* ---- dates --------------------------------------------------- */

	const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June',
		'July', 'August', 'September', 'October', 'November',
		'December'];
	const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday',
		'Friday', 'Saturday'];
	const DATE = ['weekday', 'year', 'month', 'day'];
	const TIME = ['hour', 'minute', 'second', 'fractionalSecondDigits'];

	/* { id, minutes ahead of UTC } */
	function zoneOf(o) {
		let id = o.timeZone, m;

		if (id === undefined)
			return { id: 'UTC', ahead: 0 };
		id = String(id);
		if (/^(etc\/)?(utc|gmt|uct|zulu|greenwich|universal)$/i.test(id))
			return { id: 'UTC', ahead: 0 };
		m = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/.exec(id);
		if (m === null) {
			if (!/^[a-z_]+(\/[a-z0-9_+-]+)*$/i.test(id))
				throw new RangeError('Invalid time zone ' +
				    'specified: ' + id);
			unsupported('time zone "' + id + '" (only UTC and ' +
			    'offsets such as +02:00)');
		}
		return { id: m[1] + m[2] + ':' + (m[3] ?? '00'),
			ahead: (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 +
			    Number(m[3] ?? 0)) };
	}
	function cut(name, how) {
		return how === 'long' ? name : how === 'narrow' ? name[0] :
		    name.slice(0, 3);
	}
	const two = (n) => String(n).padStart(2, '0');
	const sized = (n, how) => how === '2-digit' ? two(n % 100) : String(n);

	function datePieces(s, d) {
		const f = s.fields, named = f.month !== undefined &&
		    f.month !== 'numeric' && f.month !== '2-digit';
		const out = [], put = (type, value, before) => {
			if (out.length > 0)
				out.push({ type: 'literal', value: before });
			out.push({ type, value });
		};

		if (f.weekday !== undefined)
			put('weekday', cut(DAYS[d.getUTCDay()], f.weekday));
		if (f.month !== undefined)
			put('month', named ? cut(MONTHS[d.getUTCMonth()],
			    f.month) : sized(d.getUTCMonth() + 1, f.month),
			', ');
		if (f.day !== undefined)
			put('day', sized(d.getUTCDate(), f.day),
			    f.month === undefined ? ' ' : named ? ' ' : '/');
		if (f.year !== undefined)
			put('year', sized(d.getUTCFullYear(), f.year),
			    f.month === undefined ? ', ' : !named ? '/' :
				f.day === undefined ? ' ' : ', ');
		return out;
	}
	function timePieces(s, d, out) {
		const f = s.fields, h = d.getUTCHours();
		const cycle = s.hourCycle, first = out.length;
		const put = (type, value, before) => {
			if (out.length > first)
				out.push({ type: 'literal', value: before });
			out.push({ type, value });
		};
		let shown = h;

		if (f.hour !== undefined) {
			if (cycle === 'h12')
				shown = h % 12 || 12;
			else if (cycle === 'h11')
				shown = h % 12;
			else if (cycle === 'h24')
				shown = h || 24;
			put('hour', f.hour === '2-digit' || cycle === 'h23' ||
			    cycle === 'h24' ? two(shown) : String(shown));
		}
		if (f.minute !== undefined)
			put('minute', f.hour === undefined &&
			    f.second === undefined ? String(
				d.getUTCMinutes()) : two(d.getUTCMinutes()),
			':');
		if (f.second !== undefined)
			put('second', f.minute === undefined ? String(
			    d.getUTCSeconds()) : two(d.getUTCSeconds()), ':');
		if (f.fractionalSecondDigits !== undefined)
			put('fractionalSecond', String(d.getUTCMilliseconds())
			    .padStart(3, '0')
			    .slice(0, f.fractionalSecondDigits), '.');
		if (f.hour !== undefined && (cycle === 'h12' ||
		    cycle === 'h11'))
			put('dayPeriod', h < 12 ? 'AM' : 'PM', ' ');
	}
	function zoneName(s) {
		if (s.zone.id !== 'UTC')
			return 'GMT' + s.zone.id.replace(/^(.)0/, '$1')
			    .replace(':00', '');
		return s.zoneName === 'long' ? 'Coordinated Universal Time' :
		    s.zoneName.startsWith('short') && s.zoneName === 'short' ?
			'UTC' : 'GMT';
	}
	function dateParts(s, v) {
		const t = v === undefined ? Date.now() : Number(v);
		const d = new Date(t + s.zone.ahead * 60000);
		let out, has;

		if (!Number.isFinite(d.getTime()))
			throw new RangeError('Invalid time value');
		out = datePieces(s, d);
		has = TIME.some((k) => s.fields[k] !== undefined);
		if (has && out.length > 0)
			out.push({ type: 'literal', value: s.at ? ' at ' :
				', ' });
		timePieces(s, d, out);
		if (s.zoneName !== undefined) {
			if (out.length > 0)
				out.push({ type: 'literal', value: has ? ' ' :
					', ' });
			out.push({ type: 'timeZoneName', value: zoneName(s) });
		}
		return out;
	}
	const STYLES = ['full', 'long', 'medium', 'short'];
	function styleFields(s) {
		const f = s.fields, n = 'numeric';

		switch (s.dateStyle) {
		case 'full':
			f.weekday = 'long';
			/* fall through */
		case 'long':
			f.month = 'long';
			break;
		case 'medium':
			f.month = 'short';
			break;
		case 'short':
			f.month = n;
			break;
		}
		if (s.dateStyle !== undefined) {
			f.year = s.dateStyle === 'short' ? '2-digit' : n;
			f.day = n;
		}
		s.at = s.dateStyle === 'full' || s.dateStyle === 'long';
		if (s.timeStyle !== undefined) {
			f.hour = f.minute = n;
			if (s.timeStyle !== 'short')
				f.second = n;
			if (s.timeStyle === 'full' || s.timeStyle === 'long')
				s.zoneName = s.timeStyle === 'full' ? 'long' :
				    'short';
		}
	}
	function explicitFields(s, o) {
		const size = ['numeric', '2-digit'];
		const name = ['narrow', 'short', 'long'];
		const f = s.fields;

		f.weekday = option(o, 'weekday', name);
		f.year = option(o, 'year', size);
		f.month = option(o, 'month', [...size, ...name]);
		f.day = option(o, 'day', size);
		f.hour = option(o, 'hour', size);
		f.minute = option(o, 'minute', size);
		f.second = option(o, 'second', size);
		f.fractionalSecondDigits = integer(o, 'fractionalSecondDigits',
		    1, 3);
		s.zoneName = option(o, 'timeZoneName', ['short', 'long',
			'shortOffset', 'longOffset', 'shortGeneric',
			'longGeneric']);
		for (const k of ['era', 'dayPeriod'])
			if (o[k] !== undefined)
				unsupported('option ' + k);
	}
	/* NEED and DEFAULTS: 'date', 'time', 'any' or 'all' */
	function dateState(locales, options, need, defaults) {
		const o = asOptions(options), s = { locale: choose(locales),
			fields: {}, zone: zoneOf(o) };
		const f = s.fields;
		let cycle = option(o, 'hourCycle', ['h11', 'h12', 'h23',
			'h24']);

		if (o.hour12 !== undefined)
			cycle = o.hour12 ? 'h12' : 'h23';
		s.hourCycle = cycle ?? 'h12';
		if (o.calendar !== undefined && String(o.calendar)
		    .toLowerCase() !== 'gregory')
			unsupported('calendar ' + o.calendar);
		explicitFields(s, o);
		s.dateStyle = option(o, 'dateStyle', STYLES);
		s.timeStyle = option(o, 'timeStyle', STYLES);
		if (s.dateStyle !== undefined || s.timeStyle !== undefined) {
			if ([...DATE, ...TIME].some((k) => f[k] !== undefined))
				throw new TypeError('Can\'t set option when ' +
				    (s.dateStyle ? 'dateStyle' : 'timeStyle') +
				    ' is used');
			styleFields(s);
			return s;
		}
		const wanted = need === 'date' ? DATE : need === 'time' ? TIME :
		    [...DATE, ...TIME];

		if (!wanted.some((k) => f[k] !== undefined)) {
			if (defaults !== 'time')
				f.year = f.month = f.day = 'numeric';
			if (defaults !== 'date')
				f.hour = f.minute = f.second = 'numeric';
		}
		return s;
	}
	class DateTimeFormat {
		constructor(locales, options) {
			keep(this, 'DateTimeFormat', dateState(locales,
			    options, 'any', 'date'));
		}
		get format() {
			const s = state(this, 'DateTimeFormat');

			return s.bound ??= (v) => join(dateParts(s, v));
		}
		formatToParts(v) {
			return dateParts(state(this, 'DateTimeFormat'), v);
		}
		formatRange(a, b) {
			return join(this.formatRangeToParts(a, b));
		}
		formatRangeToParts(a, b) {
			const s = state(this, 'DateTimeFormat');
			const from = dateParts(s, a), to = dateParts(s, b);
			const mark = (parts, source) =>
				parts.map((p) => ({ ...p, source }));

			if (join(from) === join(to))
				return mark(from, 'shared');
			return [...mark(from, 'startRange'), {
				type: 'literal', value: ' – ',
				source: 'shared' }, ...mark(to, 'endRange')];
		}
		resolvedOptions() {
			const s = state(this, 'DateTimeFormat'), r = {
				locale: s.locale, calendar: 'gregory',
				numberingSystem: 'latn', timeZone: s.zone.id };

			if (s.fields.hour !== undefined) {
				r.hourCycle = s.hourCycle;
				r.hour12 = s.hourCycle < 'h2';
			}
			if (s.dateStyle === undefined &&
			    s.timeStyle === undefined)
				Object.assign(r, s.fields);
			for (const k of ['dateStyle', 'timeStyle'])
				if (s[k] !== undefined)
					r[k] = s[k];
			if (s.zoneName !== undefined && !s.timeStyle)
				r.timeZoneName = s.zoneName;
			return JSON.parse(JSON.stringify(r));
		}
	}

	/* ---- texts --------------------------------------------------- */

	const { localeCompare } = String.prototype;
	const collate = localeCompare.call.bind(localeCompare);
	const strip = (t) => t.normalize('NFD').replace(/\p{M}+/gu, '');
	function prepare(s, t) {
		if (s.ignorePunctuation)
			t = t.replace(/[\p{P}\s]+/gu, '');
		if (s.sensitivity === 'base' || s.sensitivity === 'case')
			t = strip(t);
		if (s.sensitivity === 'base' || s.sensitivity === 'accent')
			t = t.toLowerCase();
		return t;
	}
	function compareTexts(s, a, b) {
		let x, y, i, r;

		a = prepare(s, String(a));
		b = prepare(s, String(b));
		if (s.numeric) {
			x = a.split(/(\d+)/);
			y = b.split(/(\d+)/);
			for (i = 0; i < x.length && i < y.length; i++) {
				r = i % 2 === 0 ? collate(x[i], y[i]) :
				    compareDigits(x[i], y[i]);
				if (r !== 0)
					return r;
			}
			return Math.sign(x.length - y.length);
		}
		r = collate(a, b);
		return s.caseFirst === 'upper' && a !== b &&
		    a.toLowerCase() === b.toLowerCase() ? -r : r;
	}
	function compareDigits(a, b) {
		a = a.replace(/^0+(?=.)/, '');
		b = b.replace(/^0+(?=.)/, '');
		return Math.sign(a.length - b.length) || (a < b ? -1 :
		    a > b ? 1 : 0);
	}
	class Collator {
		constructor(locales, options) {
			const o = asOptions(options);

			keep(this, 'Collator', { locale: choose(locales),
				usage: option(o, 'usage', ['sort', 'search'],
				    'sort'),
				sensitivity: option(o, 'sensitivity', ['base',
					'accent', 'case', 'variant'],
				'variant'),
				ignorePunctuation: Boolean(
				    o.ignorePunctuation),
				numeric: o.numeric === undefined ?
				    /-kn(-true)?(-[a-z]{2}|$)/.test(locales) :
				    Boolean(o.numeric),
				caseFirst: option(o, 'caseFirst', ['upper',
					'lower', 'false'], 'false') });
		}
		get compare() {
			const s = state(this, 'Collator');

			return s.bound ??= (a, b) => compareTexts(s, a, b);
		}
		resolvedOptions() {
			const s = state(this, 'Collator');

			return { locale: s.locale, usage: s.usage,
				sensitivity: s.sensitivity,
				ignorePunctuation: s.ignorePunctuation,
				collation: 'default', numeric: s.numeric,
				caseFirst: s.caseFirst };
		}
	}
	class PluralRules {
		constructor(locales, options) {
			const o = asOptions(options), s = { locale:
				choose(locales), notation: 'standard',
			type: option(o, 'type', ['cardinal', 'ordinal'],
			    'cardinal') };

			digitOptions(s, o, 0, 3);
			keep(this, 'PluralRules', s);
		}
		select(v) {
			const s = state(this, 'PluralRules'), x = Number(v);
			let whole, fraction, n;

			if (!Number.isFinite(x))
				return 'other';
			[whole, fraction] = rounded(decimal(x), s);
			if (s.type === 'cardinal')
				return whole === '1' && fraction === '' ?
				    'one' : 'other';
			if (/[1-9]/.test(fraction))
				return 'other';
			n = Number(whole.slice(-2));
			if (n >= 11 && n <= 13)
				return 'other';
			return ['other', 'one', 'two', 'few'][n % 10] ??
			    'other';
		}
		resolvedOptions() {
			const s = state(this, 'PluralRules');

			return { locale: s.locale, type: s.type,
				minimumIntegerDigits: s.minInt,
				minimumFractionDigits: s.minFrac,
				maximumFractionDigits: s.maxFrac,
				pluralCategories: s.type === 'cardinal' ?
				    ['one', 'other'] : ['few', 'one', 'two',
					'other'] };
		}
	}
	class ListFormat {
		constructor(locales, options) {
			const o = asOptions(options);

			keep(this, 'ListFormat', { locale: choose(locales),
				type: option(o, 'type', ['conjunction',
					'disjunction', 'unit'], 'conjunction'),
				style: option(o, 'style', ['long', 'short',
					'narrow'], 'long') });
		}
		formatToParts(list) {
			const s = state(this, 'ListFormat'), parts = [];
			const items = Array.from(list, (v) => {
				if (typeof v !== 'string')
					throw new TypeError('Iterable ' +
					    'yielded a non-String value');
				return v;
			});
			const word = s.type === 'unit' ? '' :
			    s.type === 'disjunction' ? 'or ' :
				s.style === 'long' ? 'and ' :
				    s.style === 'short' ? '& ' : '';
			const comma = s.type === 'unit' &&
			    s.style === 'narrow' ? ' ' : ', ';

			items.forEach((value, i) => {
				const last = i === items.length - 1;

				if (i > 0)
					parts.push({ type: 'literal', value:
						!last ? comma :
						items.length === 2 && word ?
							' ' + word :
							comma + word });
				parts.push({ type: 'element', value });
			});
			return parts;
		}
		format(list) {
			return join(this.formatToParts(list));
		}
		resolvedOptions() {
			const s = state(this, 'ListFormat');

			return { locale: s.locale, type: s.type,
				style: s.style };
		}
	}
	const RELATIVE = ['second', 'minute', 'hour', 'day', 'week', 'month',
		'quarter', 'year'];
	const AUTO = { day: ['yesterday', 'today', 'tomorrow'],
		second: [undefined, 'now'], minute: [undefined, 'this minute'],
		hour: [undefined, 'this hour'] };
	const BRIEF = { second: 'sec.', minute: 'min.', hour: 'hr.',
		week: 'wk.', month: 'mo.', year: 'yr.', quarter: 'qtr.' };
	class RelativeTimeFormat {
		constructor(locales, options) {
			const o = asOptions(options);

			keep(this, 'RelativeTimeFormat', {
				locale: choose(locales),
				style: option(o, 'style', ['long', 'short',
					'narrow'], 'long'),
				numeric: option(o, 'numeric', ['always',
					'auto'], 'always'),
				numbers: new NumberFormat('en-US'),
				plural: new PluralRules('en-US') });
		}
		formatToParts(v, unit) {
			const s = state(this, 'RelativeTimeFormat');
			const x = Number(v), past = x < 0 || Object.is(x, -0);
			const name = String(unit).replace(/s$/, '');
			let text;

			if (!RELATIVE.includes(name))
				throw new RangeError('Invalid unit argument ' +
				    'for format() \'' + unit + '\'');
			if (!Number.isFinite(x))
				throw new RangeError('Invalid number value');
			if (s.numeric === 'auto' && Math.abs(x) <= 1) {
				text = AUTO[name] ? AUTO[name][x + 1] : ['last ',
					'this ', 'next '][x + 1] + (
					s.style === 'long' ? name :
					BRIEF[name] ?? name);
				if (Number.isInteger(x) && text !== undefined)
					return [{ type: 'literal',
						value: text }];
			}
			text = s.style === 'long' || BRIEF[name] === undefined ?
			    name + (s.plural.select(Math.abs(x)) === 'one' ?
				'' : 's') : name === 'quarter' &&
				Math.abs(x) !== 1 ? 'qtrs.' : BRIEF[name];
			return [...past ? [] : [{ type: 'literal',
				value: 'in ' }],
			...s.numbers.formatToParts(Math.abs(x)).map(
			    (p) => ({ ...p, unit: name })),
			{ type: 'literal', value: ' ' + text + (past ?
			    ' ago' : '') }];
		}
		format(v, unit) {
			return join(this.formatToParts(v, unit));
		}
		resolvedOptions() {
			const s = state(this, 'RelativeTimeFormat');

			return { locale: s.locale, style: s.style,
				numeric: s.numeric, numberingSystem: 'latn' };
		}
	}

	/* ---- segments ------------------------------------------------ */

	function segmentAt(s, k) {
		const from = s.ends[k - 1] ?? 0, to = s.ends[k];
		const segment = s.input.slice(from, to);
		const r = { segment, index: from, input: s.input };

		if (s.granularity === 'word')
			r.isWordLike = /[\p{L}\p{N}]/u.test(segment);
		return r;
	}
	class Segments {
		containing(index) {
			const s = state(this, 'Segments');
			const at = Math.trunc(Number(index)) || 0;
			let lo = 0, hi = s.ends.length;

			if (at < 0 || at >= s.input.length)
				return undefined;
			while (lo < hi) { /* the first end behind AT */
				const mid = (lo + hi) >> 1;

				if (s.ends[mid] <= at)
					lo = mid + 1;
				else
					hi = mid;
			}
			return segmentAt(s, lo);
		}
		*[Symbol.iterator]() {
			const s = state(this, 'Segments');

			for (let k = 0; k < s.ends.length; k++)
				yield segmentAt(s, k);
		}
	}
	class Segmenter {
		constructor(locales, options) {
			const o = asOptions(options), s = { locale:
				choose(locales), granularity: option(o,
			    'granularity', ['grapheme', 'word', 'sentence'],
			    'grapheme') };

			if (s.granularity === 'sentence')
				unsupported('granularity sentence');
			keep(this, 'Segmenter', s);
		}
		segment(text) {
			const s = state(this, 'Segmenter');
			const r = Object.create(Segments.prototype);
			const input = String(text);

			keep(r, 'Segments', { input,
				granularity: s.granularity,
				ends: breaks(input, s.granularity) });
			return r;
		}
		resolvedOptions() {
			const s = state(this, 'Segmenter');

			return { locale: s.locale,
				granularity: s.granularity };
		}
	}

	/* ---- the global ---------------------------------------------- */

	const Intl = {};
	const classes = { Collator, DateTimeFormat, ListFormat, NumberFormat,
		PluralRules, RelativeTimeFormat, Segmenter };
	/* These can be called without new. */
	const callable = ['Collator', 'DateTimeFormat', 'NumberFormat'];
	const define = (o, k, value) => Object.defineProperty(o, k, { value,
		writable: true, enumerable: false, configurable: true });

	for (const [name, C] of Object.entries(classes)) {
		let F = C;

		if (callable.includes(name)) {
			F = { [name]: function (locales, options) {
				return Reflect.construct(C, [locales, options],
				    new.target ?? F);
			} }[name];
			Object.defineProperty(F, 'length', { value: 0,
				configurable: true });
			Object.defineProperty(F, 'prototype', {
				value: C.prototype, writable: false });
			define(C.prototype, 'constructor', F);
		}
		define(F, 'supportedLocalesOf', (locales) =>
			canonicalList(locales).filter(
			    (t) => LOCALES.includes(bare(t))));
		Object.defineProperty(C.prototype, Symbol.toStringTag, {
			value: 'Intl.' + name, configurable: true });
		define(Intl, name, F);
	}
	define(Intl, 'getCanonicalLocales', (locales) =>
		canonicalList(locales));
	define(Intl, 'supportedValuesOf', (key) => {
		const values = { calendar: ['gregory'], collation: [],
			currency: Object.keys(SYMBOLS).sort(),
			numberingSystem: ['latn'], timeZone: ['UTC'],
			unit: Object.keys(UNITS).sort() };

		if (!Object.hasOwn(values, key))
			throw new RangeError('Invalid key : ' + key);
		return values[key];
	});
	/* For Date.prototype.toLocaleString and its siblings. */
	native.value(Intl, native.hidden('intlDate'), (t, locales, options,
	    what) => {
		const need = what === 1 ? 'date' : what === 2 ? 'time' : 'any';

		return join(dateParts(dateState(locales, options, need,
		    what === 3 ? 'all' : need), t));
	});
	Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl',
		configurable: true });
	define(global, 'Intl', Intl);
})
