/*
 * node:diagnostics_channel.
 */
(function (native, out, require) {
	'use strict';
	const errors = require('errors');
	const global = native.global;
	const channels = new Map();

	class Channel {
		#subscribers = [];
		#stores = new Map();
		constructor(name) { this.name = name; }
		get hasSubscribers() {
			return this.#subscribers.length > 0 ||
			    this.#stores.size > 0;
		}
		subscribe(fn) {
			errors.fn(fn, 'subscription');
			this.#subscribers = [...this.#subscribers, fn];
		}
		unsubscribe(fn) {
			const at = this.#subscribers.indexOf(fn);

			if (at < 0)
				return false;
			this.#subscribers = this.#subscribers.filter(
			    (_, i) => i !== at);
			return true;
		}
		bindStore(store, transform) {
			this.#stores.set(store, transform);
		}
		unbindStore(store) { return this.#stores.delete(store); }
		publish(message) {
			for (const fn of this.#subscribers) {
				try {
					fn(message, this.name);
				} catch (e) {
					global.queueMicrotask(() => {
						throw e;
					});
				}
			}
		}
		runStores(message, fn, self, ...args) {
			let run = () => {
				this.publish(message);
				return Reflect.apply(fn, self, args);
			};

			for (const [store, transform] of this.#stores) {
				const inner = run;

				run = () => {
					let value = message;

					try {
						if (transform)
							value = transform(
							    message);
					} catch (e) {
						global.queueMicrotask(() => {
							throw e;
						});
						return inner();
					}
					return store.run(value, inner);
				};
			}
			return run();
		}
	}
	function channel(name) {
		if (typeof name !== 'string' && typeof name !== 'symbol')
			throw errors.argType('channel', ['string', 'symbol'],
			    name);
		if (!channels.has(name))
			channels.set(name, new Channel(name));
		return channels.get(name);
	}
	const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

	class TracingChannel {
		constructor(nameOrChannels) {
			for (const e of events) {
				this[e] = typeof nameOrChannels === 'string' ?
				    channel(`tracing:${nameOrChannels}:${e}`) :
				    nameOrChannels[e];
				if (!(this[e] instanceof Channel))
					throw errors.argType(
					    `nameOrChannels.${e}`, 'Channel',
					    this[e]);
			}
		}
		get hasSubscribers() {
			return events.some((e) => this[e].hasSubscribers);
		}
		subscribe(handlers) {
			for (const e of events)
				if (handlers[e])
					this[e].subscribe(handlers[e]);
		}
		unsubscribe(handlers) {
			return events.map((e) => !handlers[e] ||
			    this[e].unsubscribe(handlers[e])).every(Boolean);
		}
		traceSync(fn, context = {}, self, ...args) {
			return this.start.runStores(context, () => {
				try {
					context.result = Reflect.apply(fn,
					    self, args);
					return context.result;
				} catch (e) {
					context.error = e;
					this.error.publish(context);
					throw e;
				} finally {
					this.end.publish(context);
				}
			});
		}
		tracePromise(fn, context = {}, self, ...args) {
			const settled = (name, v) => {
				context[name] = v;
				if (name === 'error')
					this.error.publish(context);
				this.asyncStart.publish(context);
				this.asyncEnd.publish(context);
			};

			return this.start.runStores(context, () => {
				try {
					let p = Reflect.apply(fn, self, args);

					if (!(p instanceof Promise))
						p = Promise.resolve(p);
					return p.then((v) => {
						settled('result', v);
						return v;
					}, (e) => {
						settled('error', e);
						throw e;
					});
				} catch (e) {
					context.error = e;
					this.error.publish(context);
					throw e;
				} finally {
					this.end.publish(context);
				}
			});
		}
		traceCallback(fn, position = -1, context = {}, self, ...args) {
			const at = position < 0 ? args.length + position :
			    position;
			const callback = args[at];

			errors.fn(callback, 'callback');
			args[at] = (...results) => {
				const [error, result] = results;

				if (error) {
					context.error = error;
					this.error.publish(context);
				} else {
					context.result = result;
				}
				return this.asyncStart.runStores(context, () => {
					try {
						return Reflect.apply(callback,
						    self, results);
					} finally {
						this.asyncEnd.publish(context);
					}
				});
			};
			return this.start.runStores(context, () => {
				try {
					return Reflect.apply(fn, self, args);
				} catch (e) {
					context.error = e;
					this.error.publish(context);
					throw e;
				} finally {
					this.end.publish(context);
				}
			});
		}
	}
	return {
		channel,
		Channel,
		TracingChannel,
		hasSubscribers: (name) => channels.has(name) &&
		    channels.get(name).hasSubscribers,
		subscribe: (name, fn) => channel(name).subscribe(fn),
		unsubscribe: (name, fn) => channel(name).unsubscribe(fn),
		tracingChannel: (v) => new TracingChannel(v)
	};
})
