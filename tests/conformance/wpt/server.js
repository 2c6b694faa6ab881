/*
 * The worker that answers the tests' requests: files of the suite, and the
 * few handlers that tests without a browser use.
 */
const types = {
	json: 'application/json', js: 'text/javascript', txt: 'text/plain',
	html: 'text/html', css: 'text/css', png: 'image/png'
};

function bytes(text) {
	const b = new Uint8Array(text.length);

	for (let i = 0; i < text.length; i++)
		b[i] = text.charCodeAt(i);
	return b;
}

function file(path, env) {
	const text = env.files[path];

	if (text === undefined)
		return new Response('not found', { status: 404 });
	const type = types[path.slice(path.lastIndexOf('.') + 1)];

	return new Response(bytes(text), {
		headers: type === undefined ? {} : { 'Content-Type': type }
	});
}

export default {
	async fetch(request, env) {
		const url = new URL(request.url);

		return file(decodeURIComponent(url.pathname), env);
	}
};
