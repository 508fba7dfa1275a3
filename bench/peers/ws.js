// The same with the npm package ws: what one sends, all others get.
const WebSocket = require('ws');
const server = new WebSocket.Server({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 1024 });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (from) => from.on('message', (data, binary) => {
	for (const to of server.clients)
		if (to !== from) to.send(data, { binary });
}));
