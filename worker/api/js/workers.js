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
