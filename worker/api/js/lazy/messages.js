/*
 * MessageChannel and MessagePort, within one worker. A message is cloned when
 * it is posted and delivered by a task of its own.
 */
(function (native, out) {
	'use strict';
	const global = native.global;
	const { DOMException } = out;
	const { EventTarget, MessageEvent, Event, setTimeout } = global;
	const $M = native.hidden('port');
	const QUEUE_MAX = 65536;

	function port(o) {
		const s = typeof o === 'object' && o !== null ? o[$M] :
		    undefined;

		if (s === undefined || s.self !== o)
			throw new TypeError('Illegal invocation');
		return s;
	}
	function shell() {
		const o = Object.create(MessagePort.prototype);

		out.initTarget(o);
		native.value(o, $M, { self: o, other: null, queue: [],
			enabled: false, detached: false });
		return o;
	}
	function entangle(a, b) {
		a.other = b;
		b.other = a;
	}

	/* One task delivers one message. */
	function schedule(s) {
		setTimeout(() => {
			const m = s.queue.length > 0 && s.enabled &&
			    !s.detached ? s.queue.shift() : undefined;

			if (m !== undefined)
				out.dispatch(s.self, new MessageEvent('message',
				    m), true);
		}, 0);
	}
	function push(s, message) {
		if (s.queue.length >= QUEUE_MAX)
			throw new DOMException('MessagePort.postMessage: too ' +
			    'many messages wait', 'QuotaExceededError');
		s.queue.push(message);
		if (s.enabled)
			schedule(s);
	}
	function start(s) {
		if (s.enabled || s.detached)
			return;
		s.enabled = true;
		s.queue.forEach(() => schedule(s));
	}
	/* The list of transfers: an argument of its own, or in the options. */
	function listOf(v) {
		if (v !== undefined && v !== null &&
		    v[Symbol.iterator] !== undefined)
			return native.list(v);
		return out.transferList(v, 'MessagePort.postMessage');
	}

	function MessagePort() {
		throw new TypeError('Illegal constructor');
	}
	out.define(MessagePort, {
		postMessage(message, options) {
			const s = port(this), to = s.other;
			let list, c;

			if (arguments.length < 1)
				throw new TypeError('MessagePort.postMessage: ' +
				    '1 argument required, but only 0 present.');
			list = listOf(options);
			if (list.includes(this))
				throw new DOMException('A MessagePort could ' +
				    'not be transferred through itself.',
				    'DataCloneError');
			c = out.cloneTransfer(message, list);
			/* moved together with the message: it is lost */
			if (to === null || to.detached || s.other !== to)
				return;
			push(to, { data: c.value, ports:
			    Object.freeze(c.moved.filter(out.isPort)) });
		},
		start() { start(port(this)); },
		close() {
			const s = port(this), other = s.other;

			if (s.detached)
				return;
			s.detached = true;
			s.queue = [];
			s.other = null;
			if (other === null)
				return;
			other.other = null;
			setTimeout(() => {
				if (!other.detached)
					out.dispatch(other.self,
					    new Event('close'), true);
			}, 0);
		}
	}, null, EventTarget, 0);
	for (const name of ['onmessage', 'onmessageerror', 'onclose'])
		out.handlerProperty(MessagePort.prototype, name);
	/* To set onmessage is to start. */
	const d = Object.getOwnPropertyDescriptor(MessagePort.prototype,
	    'onmessage');
	const set = d.set;

	d.set = native.named(function (fn) {
		const s = port(this);

		native.apply(set, this, [fn]);
		start(s);
	}, 'set onmessage');
	Object.defineProperty(MessagePort.prototype, 'onmessage', d);

	function MessageChannel() {
		if (new.target === undefined)
			throw new TypeError("MessageChannel: use 'new'");
		const a = shell(), b = shell();

		entangle(port(a), port(b));
		native.value(this, $M, { self: this, port1: a, port2: b });
	}
	function channel(o) {
		const s = o !== null && typeof o === 'object' ? o[$M] :
		    undefined;

		if (s === undefined || s.port1 === undefined)
			throw new TypeError('Illegal invocation');
		return s;
	}
	out.define(MessageChannel, {
		get port1() { return channel(this).port1; },
		get port2() { return channel(this).port2; }
	}, null, null, 0);

	out.isPort = (o) => o[$M] !== undefined && o[$M].port1 === undefined;
	out.shellPort = (o) => {
		if (port(o).detached)
			throw new DOMException('A detached MessagePort could ' +
			    'not be transferred.', 'DataCloneError');
		return shell();
	};
	out.movePort = (o, fresh) => {
		const from = port(o), to = port(fresh);

		to.queue = from.queue;
		if (from.other !== null)
			entangle(to, from.other);
		from.queue = [];
		from.other = null;
		from.detached = true;
	};
	out.lazyGlobals({ MessageChannel, MessagePort });
})
