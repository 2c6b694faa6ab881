/*
 * node:process: what of it a worker has. There is no process to tell of.
 */
(function (native, out, require) {
	'use strict';
	const global = native.global;
	const errors = require('errors');
	const EventEmitter = require('events');
	/* What getBuiltinModule() knows. */
	const modules = new Set(['assert', 'assert/strict', 'async_hooks',
		'buffer', 'crypto', 'diagnostics_channel', 'events', 'path',
		'path/win32', 'process', 'querystring', 'string_decoder',
		'timers', 'timers/promises', 'url', 'util', 'util/types']);
	const started = Date.now();
	const process = new EventEmitter();
	let cwd = '/';

	function nextTick(fn, ...args) {
		errors.fn(fn, 'callback');
		global.queueMicrotask(() => fn(...args));
	}
	/* Values of process.env are strings. */
	function makeEnv() {
		const given = native.nodeEnv();
		const target = {};

		for (const k of Object.keys(given)) {
			const v = given[k];

			if (typeof v === 'string')
				target[k] = v;
			else if (v === null || typeof v !== 'object' ||
			    Object.getPrototypeOf(v) === Object.prototype ||
			    Array.isArray(v))
				target[k] = JSON.stringify(v);
		}
		return new Proxy(target, {
			set(t, k, v) {
				t[k] = String(v);
				return true;
			},
			defineProperty(t, k, d) {
				if ('value' in d)
					d = Object.assign({}, d,
					    { value: String(d.value) });
				return Reflect.defineProperty(t, k, d);
			}
		});
	}
	function output(level) {
		let rest = '';

		return {
			fd: level,
			isTTY: false,
			write(chunk, encoding, callback) {
				const lines = (rest + String(chunk))
				    .split('\n');

				rest = lines.pop();
				for (const line of lines)
					native.log(level === 1 ? 1 : 3, line);
				if (typeof encoding === 'function')
					callback = encoding;
				if (typeof callback === 'function')
					nextTick(callback);
				return true;
			}
		};
	}
	function hrtime(before) {
		const ms = native.now() + 1;
		let s = Math.floor(ms / 1000);
		let ns = Math.round((ms % 1000) * 1e6);

		if (before !== undefined) {
			errors.array(before, 'time');
			s -= before[0];
			ns -= before[1];
			if (ns < 0) {
				s--;
				ns += 1e9;
			}
		}
		return [s, ns];
	}
	hrtime.bigint = () => BigInt(Math.round((native.now() + 1) * 1e6));
	function emitWarning(warning, type, code) {
		const name = typeof type === 'object' && type !== null ?
		    type.type : type;

		native.log(2, warning instanceof Error ? String(warning) :
		    `${code ? `[${code}] ` : ''}${name ?? 'Warning'}: ${
		        warning}`);
	}
	function unavailable(name) {
		return native.named(() => {
			throw errors.notImplemented(`process.${name}`);
		}, name);
	}
	const zeroMemory = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0,
		arrayBuffers: 0 };

	Object.assign(process, {
		title: 'workerd',
		argv: ['workerd'],
		argv0: 'workerd',
		execArgv: [],
		execPath: '',
		exitCode: undefined,
		pid: 1,
		ppid: 0,
		arch: 'x64',
		platform: 'linux',
		config: {},
		version: 'v22.19.0',
		versions: { node: '22.19.0' },
		release: { name: 'node', lts: true },
		features: { uv: false, debug: false, inspector: false,
			ipv6: true, tls: true, tls_alpn: true, tls_sni: true,
			tls_ocsp: true, cached_builtins: true },
		nextTick,
		hrtime,
		emitWarning,
		uptime: () => (Date.now() - started) / 1000,
		cwd: () => cwd,
		chdir(path) {
			errors.string(path, 'directory');
			cwd = require('path').resolve(cwd, path);
		},
		umask: () => 0o22,
		getegid: () => 0, geteuid: () => 0, getgid: () => 0,
		getuid: () => 0, getgroups: () => [],
		memoryUsage: () => Object.assign({}, zeroMemory),
		cpuUsage: () => ({ user: 0, system: 0 }),
		resourceUsage: () => ({}),
		constrainedMemory: () => 0,
		availableMemory: () => 0,
		getActiveResourcesInfo: () => [],
		exit(code) {
			native.log(2, `process.exit(${code ?? ''}) was called`);
			throw errors.notImplemented('process.exit');
		},
		abort: unavailable('abort'),
		kill: unavailable('kill'),
		binding: unavailable('binding'),
		dlopen: unavailable('dlopen'),
		stdout: output(1),
		stderr: output(2),
		getBuiltinModule(id) {
			id = String(id).replace(/^node:/, '');
			if (id === 'path/posix')
				id = 'path';
			return modules.has(id) ?
			    require(id.replace('/', '_')) : undefined;
		},
		loadEnvFile: unavailable('loadEnvFile'),
		setUncaughtExceptionCaptureCallback:
		    unavailable('setUncaughtExceptionCaptureCallback'),
		hasUncaughtExceptionCaptureCallback: () => false,
		setSourceMapsEnabled() { },
		allowedNodeEnvironmentFlags: new Set()
	});
	let env;

	Object.defineProperty(process, 'env', {
		get() {
			env ??= makeEnv();
			return env;
		},
		set(v) { env = v; },
		enumerable: true, configurable: true
	});
	Object.defineProperty(process, Symbol.toStringTag, {
		value: 'process', configurable: true
	});
	out.cwd = process.cwd;
	return process;
})
