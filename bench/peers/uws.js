// The same with uWebSockets.js: publish() to a topic.
const uWS = require(process.argv[2] || 'uwebsockets');
uWS.App().ws('/*', {
	compression: 0, maxBackpressure: 64 << 20, idleTimeout: 0,
	open: (ws) => ws.subscribe('all'),
	message: (ws, data, binary) => ws.publish('all', data, binary),
}).listen('127.0.0.1', 0, (socket) => console.log(uWS.us_socket_local_port(socket)));
