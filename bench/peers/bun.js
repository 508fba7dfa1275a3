// The same with Bun's own server.
const server = Bun.serve({
	port: 0, hostname: '127.0.0.1',
	fetch: (request, s) => s.upgrade(request) ? undefined : new Response('no', { status: 400 }),
	websocket: { idleTimeout: 0, open: (ws) => ws.subscribe('all'), message: (ws, data) => ws.publish('all', data) },
});
console.log(server.port);
