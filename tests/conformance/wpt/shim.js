/*
 * What the harness expects of a global scope and a worker does not have: a
 * location, and with it relative URLs.
 */
var location = new URL(wpt_url);
var GLOBAL = {
	isWindow: function () { return false; },
	isWorker: function () { return true; },
	isShadowRealm: function () { return false; }
};
self.location = location;
self.GLOBAL = GLOBAL;

(function () {
	var NativeRequest = Request;
	var nativeFetch = fetch;

	function absolute(input) {
		if (input instanceof NativeRequest)
			return input;
		return new URL(String(input), wpt_url).href;
	}
	const proxy = new Proxy(NativeRequest, {
		construct(target, args, newTarget) {
			if (args.length > 0)
				args[0] = absolute(args[0]);
			return Reflect.construct(target, args,
			    newTarget === proxy ? target : newTarget);
		}
	});

	Object.defineProperty(self, 'Request', { value: proxy, writable: true,
		configurable: true });
	NativeRequest.prototype.constructor = proxy;
	/* With an origin, responses have a type. */
	function filtered(response) {
		const url = response.url || location.href;
		const isSame = url.startsWith('data:') ||
		    new URL(url).origin === location.origin;

		if (response.type === 'default')
			Object.defineProperty(response, 'type',
			    { value: isSame ? 'basic' : 'cors' });
		return response;
	}
	self.fetch = function fetch(input, init) {
		if (arguments.length === 0)
			return nativeFetch();
		return new Promise((resolve) => {
			resolve(nativeFetch(absolute(input), init));
		}).then(filtered);
	};
})();

/*
 * The suite reads blobs through a FileReader where it tests Blob; as much of
 * one as that takes.
 */
if (/\/(FileAPI\/blob|fetch|webmessaging)\//.test(wpt_url))
	self.FileReader = class extends EventTarget {
		result = null;
		#read(blob, how) {
			blob[how]().then((result) => {
				this.result = result;
				for (const type of ['load', 'loadend']) {
					const event = new Event(type);

					this.dispatchEvent(event);
					this[`on${type}`]?.(event);
				}
			});
		}
		readAsText(blob) { this.#read(blob, 'text'); }
		readAsArrayBuffer(blob) { this.#read(blob, 'arrayBuffer'); }
	};

/* One result for each test; "" is the file itself. */
function wpt_run(resolve) {
	/* after the harness looked for it: idlharness wants to know */
	self.DedicatedWorkerGlobalScope = class {
		static [Symbol.hasInstance](o) { return o === self; }
	};
	setup({ explicit_done: true });
	add_completion_callback((list, harness) => {
		const found = list.map((t) => [t.name, t.status,
			String(t.message)]);

		if (harness.status !== 0 || found.length === 0)
			found.push(['', 1, `harness: ${harness.message}`]);
		resolve(found);
	});
	setTimeout(() => timeout(), wpt_limit_ms);
	try {
		wpt_main();
	} catch (e) {
		resolve([['', 1, `${e && e.name}: ${e && e.message}`]]);
	}
	done();
}
addEventListener('fetch', (event) => {
	event.respondWith(new Promise(wpt_run).then((found) =>
	    new Response(JSON.stringify(found))));
});
