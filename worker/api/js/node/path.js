/*
 * node:path, in its POSIX form, and the one of Windows.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');

	function isSlash(c, windows) {
		return c === '/' || windows && c === '\\';
	}
	/* PATH without its root, its "." and ".." resolved */
	function reduce(path, isAbsolute, sep, windows) {
		const kept = [];

		for (const part of path.split(windows ? /[\\/]+/ : /\/+/)) {
			if (part === '' || part === '.')
				continue;
			if (part !== '..')
				kept.push(part);
			else if (kept.length > 0 &&
			    kept[kept.length - 1] !== '..')
				kept.pop();
			else if (!isAbsolute)
				kept.push('..');
		}
		return kept.join(sep);
	}
	/* { root: of the path, device: its beginning that is no slash } */
	function rootOf(path, windows) {
		let m;

		if (!windows)
			return path[0] === '/' ? { root: '/', device: '' } :
			    { root: '', device: '' };
		m = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)(?:[\\/]|$)/.exec(path);
		if (m !== null)
			return { root: m[0], device: `\\\\${m[1]}\\${m[2]}`,
				unc: true };
		m = /^([A-Za-z]:)?([\\/])?/.exec(path);
		return { root: m[0], device: m[1] ?? '' };
	}
	function endOf(path, from, windows) {
		let end = path.length;

		while (end > from && isSlash(path[end - 1], windows))
			end--;
		return end;
	}
	/* Where the last part of PATH begins. */
	function lastPart(path, from, end, windows) {
		let at = end;

		while (at > from && !isSlash(path[at - 1], windows))
			at--;
		return at;
	}
	function make(windows) {
		const sep = windows ? '\\' : '/';

		function isAbsolute(path) {
			errors.string(path, 'path');
			return windows ? /^(?:[A-Za-z]:)?[\\/]/.test(path) :
			    path[0] === '/';
		}
		function normalize(path) {
			let r, rest, absolute, tail;

			errors.string(path, 'path');
			if (path === '')
				return '.';
			r = rootOf(path, windows);
			absolute = isAbsolute(path);
			rest = reduce(path.slice(r.root.length), absolute, sep,
			    windows);
			tail = isSlash(path[path.length - 1], windows);
			if (rest === '' && !absolute)
				rest = '.';
			if (rest !== '' && tail && path.length >
			    r.root.length)
				rest += sep;
			return r.device + (absolute ? sep : '') + rest;
		}
		function join(...parts) {
			let joined;

			for (const p of parts)
				errors.string(p, 'path');
			parts = parts.filter((p) => p !== '');
			if (parts.length === 0)
				return '.';
			joined = parts.join(sep);
			/* several slashes in front are no UNC path unless the
			 * first part is one */
			if (windows && /^[\\/]{2}/.test(joined) &&
			    !/^[\\/]{2}[^\\/]/.test(parts[0]))
				joined = joined.replace(/^[\\/]{2,}/, '\\');
			return normalize(joined);
		}
		function resolve(...parts) {
			let path = '', device = '', absolute = false;

			for (let i = parts.length - 1; i >= -1; i--) {
				const p = i >= 0 ? parts[i] : out.cwd ?
				    out.cwd() : '/';
				let r;

				errors.string(p, `paths[${i}]`);
				if (p === '')
					continue;
				r = rootOf(p, windows);
				if (r.device !== '' && device !== '' &&
				    r.device.toLowerCase() !==
				    device.toLowerCase())
					continue;
				device = device || r.device;
				if (!absolute) {
					path = p.slice(r.root.length) + sep +
					    path;
					absolute = isAbsolute(p);
				}
				if (absolute && (device !== '' || !windows))
					break;
			}
			path = reduce(path, absolute, sep, windows);
			return device + (absolute ? sep : '') + path || '.';
		}
		function relative(from, to) {
			let a, b, n = 0;

			errors.string(from, 'from');
			errors.string(to, 'to');
			if (from === to)
				return '';
			from = resolve(from);
			to = resolve(to);
			a = from.split(sep).filter((s) => s !== '');
			b = to.split(sep).filter((s) => s !== '');
			const same = (x, y) => windows ? x.toLowerCase() ===
			    y.toLowerCase() : x === y;

			while (n < a.length && n < b.length &&
			    same(a[n], b[n]))
				n++;
			if (windows && n === 0 && a.length > 0)
				return to;
			return a.slice(n).map(() => '..').concat(b.slice(n))
			    .join(sep);
		}
		function dirname(path) {
			let root, end, at;

			errors.string(path, 'path');
			if (path === '')
				return '.';
			root = rootOf(path, windows).root;
			end = endOf(path, root.length, windows);
			at = lastPart(path, root.length, end, windows);
			if (at <= root.length)
				return root === '' ? '.' : root;
			/* of several slashes but one is taken */
			return path.slice(0, Math.max(at - 1, root.length)) +
			    (at - 1 === root.length &&
			    isSlash(path[root.length], windows) &&
			    endOf(path, at - 1, windows) > at ?
			        path[root.length] : '');
		}
		function basename(path, suffix) {
			let from, end, name;

			if (suffix !== undefined)
				errors.string(suffix, 'suffix');
			errors.string(path, 'path');
			from = windows ? /^(?:[A-Za-z]:)?/.exec(path)[0].length :
			    0;
			end = endOf(path, from, windows);
			name = path.slice(lastPart(path, from, end, windows),
			    end);
			return suffix !== undefined && (suffix !== name ||
			    suffix === path) && name.endsWith(suffix) ?
			    name.slice(0, name.length - suffix.length) :
			    name;
		}
		function extname(path) {
			let name, dot;

			errors.string(path, 'path');
			name = basename(path);
			dot = name.lastIndexOf('.');
			return dot <= 0 || name === '..' ? '' :
			    name.slice(dot);
		}
		function format(o) {
			let dir, base;

			errors.object(o, 'pathObject');
			dir = o.dir || o.root;
			base = o.base || (o.name || '') + (o.ext ?
			    (o.ext[0] === '.' ? '' : '.') + o.ext : '');
			return !dir ? base : dir === o.root ? dir + base :
			    dir + sep + base;
		}
		function parse(path) {
			let root, base, ext, end, at, dir;

			errors.string(path, 'path');
			root = rootOf(path, windows).root;
			end = endOf(path, root.length, windows);
			at = lastPart(path, root.length, end, windows);
			base = path.slice(at, end);
			ext = base === '' ? '' : extname(base);
			dir = at > root.length ? path.slice(0, at - 1) : root;
			return { root, dir, base, ext, name: base.slice(0,
				base.length - ext.length) };
		}
		function toNamespacedPath(path) {
			let full;

			if (!windows || typeof path !== 'string' || path === '')
				return path;
			full = resolve(path);
			if (/^\\\\[^?.]/.test(full))
				return '\\\\?\\UNC\\' + full.slice(2);
			return /^[A-Za-z]:\\/.test(full) ? '\\\\?\\' + full :
			    path;
		}
		function matchesGlob() {
			throw errors.notImplemented('path.matchesGlob');
		}
		return { resolve, normalize, isAbsolute, join, relative,
			toNamespacedPath, dirname, basename, extname, format,
			parse, matchesGlob, sep, delimiter: windows ? ';' : ':',
			win32: null, posix: null };
	}
	const posix = make(false), win32 = make(true);

	posix.posix = win32.posix = posix;
	posix.win32 = win32.win32 = win32;
	return posix;
})
