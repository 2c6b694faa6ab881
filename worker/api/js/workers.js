/*
 * The module cloudflare:workers.
 */
(function (native, out) {
	'use strict';

	function WorkerEntrypoint(ctx, env) {
		if (new.target === undefined)
			throw new TypeError("WorkerEntrypoint: use 'new'");
		this.ctx = ctx;
		this.env = env;
	}
	native.value(WorkerEntrypoint, 'length', 2, true);

	/* Classes whose feature is not there yet say so. */
	function missing(name) {
		return native.named(function () {
			throw new Error(name + ' is not implemented');
		}, name);
	}

	/* --- what `eider test` runs --- */

	function TestController() { }
	function isEntrypoint(v) {
		return typeof v === 'function' &&
		    v.prototype instanceof WorkerEntrypoint;
	}
	/* Objects first, then classes, each by name; '' is the default export. */
	out.testNames = function (main) {
		var objects = [], classes = [], first = [];

		if (typeof main !== 'object' || main === null)
			return first;
		Object.keys(main).forEach(function (name) {
			var v = main[name], holder;

			holder = isEntrypoint(v) ? v.prototype : v;
			if (typeof holder !== 'object' || holder === null ||
			    holder.test === undefined)
				return;
			if (name === 'default')
				first.push('');
			else
				(holder === v ? objects : classes).push(name);
		});
		return first.concat(objects.sort(), classes.sort());
	};
	out.runTest = function (main, name, env, ctx) {
		var v = main[name === '' ? 'default' : name], o = v;

		if (isEntrypoint(v))
			o = new v(ctx, env);
		if (typeof o !== 'object' || o === null ||
		    typeof o.test !== 'function')
			throw new TypeError(
			    'Entrypoint does not export a test() function.');
		return o === v ? o.test(new TestController(), env, ctx) :
		    o.test(new TestController(), undefined, undefined);
	};

	out.workersModule = function (env, waitUntil) {
		return {
			env: env,
			waitUntil: waitUntil,
			WorkerEntrypoint: WorkerEntrypoint,
			DurableObject: missing('DurableObject'),
			WorkflowEntrypoint: missing('WorkflowEntrypoint'),
			RpcTarget: missing('RpcTarget')
		};
	};
})
