'use strict';

const dgram = require('dgram');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');

// Node makes some calls at other times than a C program: a stream is bound when it listens or connects, a server
// accepts at once, and bytes are read before anybody asks for them. What reaches a peer is the same. Calls that Node
// does not have are left out, and each says so.

const TIME_LIMIT_MS = 10000; // that one call may wait

let event = 0; // the number of the log's event that is made again
let directory = null; // where the names of Unix sockets are

function at(number) {
    event = number;
}

function say(text) {
    console.log(`[${event}] ${text}`);
}

function lacks(what) {
    say(`left out, Node has no equal: ${what}`);
}

function removeDirectory() {
    if (directory !== null && process.argv[2] === undefined) {
        fs.rmSync(directory, { recursive: true, force: true });
    }
}

function stop(text) {
    say(text);
    removeDirectory();
    process.exit(1);
}

// What both kinds of sockets have: somebody who waits for news of them.
class Socket {
    constructor(family) {
        this.family = family;
        this.waiting = [];
        this.options = [];
        this.error = null;
        this.port = null;
    }

    tell() {
        for (const wake of this.waiting.splice(0)) {
            wake();
        }
    }

    news(limit) {
        return new Promise((resolve, reject) => {
            const late = () => reject(new Error(`nothing happened for ${TIME_LIMIT_MS / 1000} seconds`));
            const timer = setTimeout(late, Math.max(0, limit - Date.now()));
            this.waiting.push(() => {
                clearTimeout(timer);
                resolve();
            });
        });
    }

    async until(test) {
        const limit = Date.now() + TIME_LIMIT_MS;
        while (!test()) {
            await this.news(limit);
        }
    }
}

class Stream extends Socket {
    constructor(family) {
        super(family);
        this.local = null;
        this.server = null;
        this.accepted = [];
        this.net = null;
        this.bytes = Buffer.alloc(0);
        this.ended = false;
    }

    adopt(socket) {
        this.net = socket;
        this.port = socket.localPort;
        socket.on('data', (part) => {
            this.bytes = Buffer.concat([this.bytes, part]);
            this.tell();
        });
        socket.on('end', () => {
            this.ended = true;
            this.tell();
        });
        socket.on('error', (error) => {
            this.error = error;
            this.tell();
        });
        for (const name of ['close', 'drain', 'finish']) {
            socket.on(name, () => this.tell());
        }
        this.options.splice(0).forEach(([name, value]) => setOption(this, name, value));
        return this;
    }
}

class Datagrams extends Socket {
    constructor(family) {
        super(family);
        this.queue = [];
        this.dgram = null;
        this.creation = {};
    }
}

function create(family, kind) {
    return kind === 'dgram' ? new Datagrams(family) : new Stream(family);
}

function file(name) {
    if (directory === null) {
        directory = process.argv[2] ?? fs.mkdtempSync(path.join(os.tmpdir(), 'sockyard-'));
        say(`Unix sockets are in ${directory}`);
    }
    return { path: path.join(directory, name) };
}

function abstractName(name) {
    return { path: `\0sockyard-${process.pid}/${name}` };
}

function portOf(socket) {
    if (socket.port === null) {
        throw new Error('Node has not bound this socket yet');
    }
    return socket.port;
}

function nameOf(address) {
    if (address.path !== undefined) {
        return address.path;
    }
    return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function shown(bytes) {
    return JSON.stringify(bytes.subarray(0, 64).toString('latin1'));
}

function bytes(...parts) {
    return Buffer.from(parts.join(''), 'latin1');
}

// Known bytes, and after them zeros for those that the log did not keep.
function padded(known, unknown) {
    return Buffer.concat([known, Buffer.alloc(unknown)]);
}

async function bind(socket, address) {
    if (socket instanceof Stream) {
        socket.local = address;
        say(`is to be bound to ${nameOf(address)}`);
        return;
    }
    const type = socket.family === 'inet6' ? 'udp6' : 'udp4';
    socket.dgram = dgram.createSocket({ type, ...socket.creation });
    await new Promise((resolve, reject) => {
        socket.dgram.once('error', reject);
        socket.dgram.bind({ address: address.host, port: address.port, exclusive: true }, () => {
            socket.dgram.removeListener('error', reject);
            resolve();
        });
    });
    socket.port = socket.dgram.address().port;
    socket.dgram.on('message', (data, sender) => {
        socket.queue.push({ data, sender: { host: sender.address, port: sender.port } });
        socket.tell();
    });
    socket.dgram.on('error', (error) => {
        socket.error = error;
        socket.tell();
    });
    socket.options.splice(0).forEach(([name, value]) => setOption(socket, name, value));
    say(`bound to ${nameOf({ host: address.host, port: socket.port })}`);
}

async function listen(socket, backlog) {
    socket.server = net.createServer({ allowHalfOpen: true }, (connection) => {
        socket.accepted.push(new Stream(socket.family).adopt(connection));
        socket.tell();
    });
    await new Promise((resolve, reject) => {
        socket.server.once('error', reject);
        const options = socket.options.filter(([name]) => name === 'ipv6_only');
        const ipv6Only = options.some(([, value]) => value !== 0);
        socket.server.listen({ ...socket.local, backlog, exclusive: true, ipv6Only }, resolve);
    });
    const local = socket.server.address();
    socket.port = local.port;
    say(`listens on ${typeof local === 'string' ? local : nameOf({ host: local.address, port: local.port })}`);
}

async function accept(socket) {
    await socket.until(() => socket.accepted.length > 0);
    say('accepted a connection');
    return socket.accepted.shift();
}

async function connect(socket, address) {
    if (socket instanceof Datagrams) {
        await new Promise((resolve) => socket.dgram.connect(address.port, address.host, resolve));
    } else {
        const local = socket.local ?? {};
        const made = net.connect({
            ...address,
            ...(local.host === undefined ? {} : { localAddress: local.host, localPort: local.port }),
            allowHalfOpen: true,
        });
        await new Promise((resolve, reject) => {
            made.once('error', reject);
            made.once('connect', () => {
                made.removeListener('error', reject);
                resolve();
            });
        });
        socket.adopt(made);
    }
    say(`connected to ${nameOf(address)}`);
}

function send(socket, data) {
    // Node keeps what the kernel does not take at once.
    socket.net.write(data);
    say(`sent ${data.length} bytes`);
}

async function sendDatagram(socket, data, to) {
    await new Promise((resolve, reject) => {
        const done = (error) => (error ? reject(error) : resolve());
        if (to === undefined) {
            socket.dgram.send(data, done);
        } else {
            socket.dgram.send(data, to.port, to.host, done);
        }
    });
    say(`sent ${data.length} bytes`);
}

async function receive(socket, count) {
    await socket.until(() => socket.bytes.length >= count || socket.ended || socket.error !== null);
    if (socket.bytes.length < count) {
        stop(`the connection ended after ${socket.bytes.length} of ${count} bytes`);
    }
    say(`received ${count} bytes: ${shown(socket.bytes.subarray(0, count))}`);
    socket.bytes = socket.bytes.subarray(count);
}

async function receiveEnd(socket) {
    await socket.until(() => socket.ended || socket.error !== null);
    if (!socket.ended) {
        throw socket.error;
    }
    const more = socket.bytes.length;
    say(`the peer has closed${more > 0 ? `, after ${more} bytes more` : ''}`);
    socket.bytes = Buffer.alloc(0);
}

async function peek(socket, count) {
    await socket.until(() => socket.bytes.length > 0 || socket.ended || socket.error !== null);
    say(`peeked at ${Math.min(count, socket.bytes.length)} bytes`);
}

async function receiveDatagram(socket, size, peeks) {
    await socket.until(() => socket.queue.length > 0);
    const { data, sender } = peeks ? socket.queue[0] : socket.queue.shift();
    const part = data.subarray(0, size);
    say(`received ${part.length} bytes from ${nameOf(sender)}: ${shown(part)}`);
    return sender;
}

async function shutdown(socket, how) {
    if (how === 'read') {
        return lacks('shutting down for reading');
    }
    socket.net.end();
    await socket.until(() => socket.net.writableFinished || socket.error !== null);
    say('shut down for writing');
}

async function close(socket, linger) {
    if (socket instanceof Datagrams) {
        socket.dgram?.close();
    } else if (socket.server !== null) {
        socket.server.close();
        socket.accepted.forEach((connection) => connection.net.resetAndDestroy());
    } else if (socket.net !== null) {
        await sendRest(socket);
        if (linger === 0) {
            socket.net.resetAndDestroy();
        } else {
            if (!socket.net.writableEnded && socket.error === null) {
                socket.net.end();
                await socket.until(() => socket.net.writableFinished || socket.error !== null);
            }
            socket.net.destroy();
        }
        await socket.until(() => socket.net.closed);
    }
    say('closed');
}

async function sendRest(socket) {
    if (socket instanceof Stream && socket.net !== null) {
        await socket.until(() => socket.net.writableLength === 0 || socket.error !== null);
    }
}

function setOption(socket, name, value) {
    const target = socket.net ?? socket.dgram ?? null;
    if (name === 'ipv6_only' || name === 'reuse_address') {
        // Node takes them when it makes the socket; it sets SO_REUSEADDR on every listener by itself.
        if (socket instanceof Datagrams && target === null) {
            socket.creation[name === 'ipv6_only' ? 'ipv6Only' : 'reuseAddr'] = value !== 0;
        } else {
            socket.options.push([name, value]);
        }
        return;
    }
    if (target === null) {
        // Set once Node has made the kernel's socket.
        socket.options.push([name, value]);
        return;
    }
    const calls = {
        no_delay: () => target.setNoDelay(value !== 0),
        keepalive: () => target.setKeepAlive(value !== 0),
        broadcast: () => target.setBroadcast(value !== 0),
        ttl: () => target.setTTL(value),
        receive_buffer: () => target.setRecvBufferSize(value),
        send_buffer: () => target.setSendBufferSize(value),
        multicast_ttl: () => target.setMulticastTTL(value),
        multicast_loop: () => target.setMulticastLoopback(value !== 0),
    };
    const streams = ['no_delay', 'keepalive'];
    if (calls[name] === undefined || streams.includes(name) !== socket instanceof Stream) {
        return lacks(`the option ${name} of this kind of socket`);
    }
    calls[name]();
}

// Makes a call that failed in the session.
async function expect(name, call) {
    try {
        await call();
        say(`no error; in the session it was ${name}`);
    } catch (error) {
        const now = error.code ?? error.message;
        say(now === name ? `${now}, as in the session` : `${now}; in the session it was ${name}`);
    }
}

async function receiveOnce(socket) {
    await socket.until(() => socket.error !== null || socket.ended || (socket.queue ?? socket.bytes).length > 0);
    const error = socket.error;
    socket.error = null;
    if (error !== null) {
        throw error;
    }
}

async function end(...stillOpen) {
    for (const socket of stillOpen) {
        await sendRest(socket);
    }
    removeDirectory();
    process.exit(0);
}
