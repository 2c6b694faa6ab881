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
	self.Request = class Request extends NativeRequest {
		constructor(input, init) {
			if (arguments.length === 0)
				super();
			else
				super(absolute(input), init);
		}
		clone() {
			const r = super.clone();

			Object.setPrototypeOf(r, self.Request.prototype);
			return r;
		}
		static [Symbol.hasInstance](o) {
			return o instanceof NativeRequest;
		}
	};
	self.fetch = function fetch(input, init) {
		if (arguments.length === 0)
			return nativeFetch();
		return new Promise((resolve) => {
			resolve(nativeFetch(absolute(input), init));
		});
	};
})();

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
