//! English: errors explained.

use super::{Errors, Explained};

const fn explained(title: &'static str, means: &'static str, attempt: &'static str) -> Explained {
    Explained { title, means, attempt }
}

/// The errors in English.
pub(super) const ERRORS: Errors = Errors {
    eaddrinuse: explained(
        "address already in use",
        "Another socket holds this address and port, or one did until a moment ago and the kernel still keeps it in TIME_WAIT. Of a Unix socket: the name is taken.",
        "Choose another port, or port 0; for a Unix socket another name. For a server that restarts, set reuse_address before bind.",
    ),
    eaddrnotavail: explained(
        "cannot assign requested address",
        "This machine has no such address, so no socket of it can have it.",
        "Bind to 127.0.0.1, to ::1 or to “:port” for any local address.",
    ),
    eacces: explained(
        "permission denied",
        "The kernel allows this only to privileged programs: a port below 1024, or sending to a broadcast address without the option.",
        "Use a port from 1024 upwards. Before a broadcast, set the option broadcast to true.",
    ),
    eperm: explained(
        "operation not permitted",
        "The kernel keeps this operation for privileged programs, or a firewall forbids it.",
        "Use a way that needs no privileges, such as a smaller value.",
    ),
    econnrefused: explained(
        "connection refused",
        "The machine was reached, but nothing listens on that port: it answered with RST, or for UDP with an ICMP message. Of a Unix socket: nothing listens under that name.",
        "Start the server first: bind, then listen. Compare the address with the listener’s card.",
    ),
    econnreset: explained(
        "connection reset by peer",
        "The peer broke the connection off with RST instead of closing it: it closed with unread data, lingered 0 seconds, or ended abruptly.",
        "Close this socket and connect anew. Bytes that had not arrived are lost.",
    ),
    econnaborted: explained(
        "connection aborted",
        "The connection ended before accept took it, or the local side gave it up.",
        "Call accept again for the next one.",
    ),
    epipe: explained(
        "broken pipe",
        "This side can send no more: it was shut down for writing, was never connected, or the peer is gone.",
        "Make a new socket and connect it.",
    ),
    enotconn: explained(
        "not connected",
        "The call needs a peer, and this socket has none. A listener never has one: its connections are the sockets that accept returns.",
        "Call connect first, or use the socket that accept returned.",
    ),
    eisconn: explained(
        "already connected",
        "This socket has its peer; a stream socket connects once in its life.",
        "Make a new socket for another connection. A datagram socket may connect again.",
    ),
    einval: explained(
        "invalid argument",
        "The call does not fit the socket’s state or its values: binding twice, accept before listen, or an address of the wrong length.",
        "Look at what was done with this socket before. bind works once; accept needs listen first.",
    ),
    eopnotsupp: explained(
        "operation not supported",
        "Sockets of this kind do not have this operation. UDP knows no listen and no accept, for it has no connections; urgent bytes (oob) exist on streams only.",
        "Use a stream socket (TCP) for listen, accept and oob.",
    ),
    edestaddrreq: explained(
        "destination address required",
        "A message was sent without saying where to, on a socket that is not connected.",
        "Fill in “To”, which makes it sendto, or call connect first.",
    ),
    emsgsize: explained(
        "message too long",
        "A datagram travels as one piece, and UDP’s largest piece carries 65507 bytes over IPv4.",
        "Send less at once, or use TCP, which has no messages.",
    ),
    eafnosupport: explained(
        "address family not supported",
        "The address is of another family than the socket: an inet socket takes 127.0.0.1, an inet6 socket takes [::1].",
        "Write an address of the socket’s own family, or make a socket of the other.",
    ),
    ealready: explained(
        "already in progress",
        "An earlier connect on this socket has not ended yet.",
        "Wait for it, or cancel it.",
    ),
    einprogress: explained(
        "now in progress",
        "The connection is being made and this call did not wait for it.",
        "Wait a moment and look at the socket’s state.",
    ),
    enoent: explained(
        "no such file",
        "No Unix socket of that name exists in this session.",
        "Bind a Unix socket to that name first, and compare the spelling.",
    ),
    eprototype: explained(
        "wrong type of socket",
        "The Unix socket of that name is of the other type: stream and dgram do not mix.",
        "Use the same type on both sides.",
    ),
    etimedout: explained(
        "connection timed out",
        "The peer did not answer for so long that the kernel gave up.",
        "Is the address right? A firewall that swallows packets looks the same.",
    ),
    enetunreach: explained(
        "network unreachable",
        "The kernel knows no way to that network.",
        "Use an address on this machine, such as 127.0.0.1.",
    ),
    ehostunreach: explained(
        "no route to host",
        "The network was found, but the host in it does not answer.",
        "Compare the address. Is that machine running?",
    ),
    ebadf: explained(
        "bad file descriptor",
        "The socket is closed; its number stands for nothing any more.",
        "Make a new socket.",
    ),
    emfile: explained(
        "too many open files",
        "The server’s process has as many sockets and files open as it may.",
        "Close sockets that you do not need.",
    ),
    enobufs: explained(
        "no buffer space",
        "The kernel has no room for this message at the moment.",
        "Try again in a moment, or send less.",
    ),
    enomem: explained(
        "out of memory",
        "The kernel found no memory for this.",
        "Close sockets that you do not need, and try again.",
    ),
    enoprotoopt: explained(
        "no such option",
        "Sockets of this kind do not have this option.",
        "TCP’s options exist on TCP sockets only; IPv6’s on inet6 sockets only.",
    ),
    eprotonosupport: explained(
        "protocol not supported",
        "The kernel has no protocol for this pair of family and type.",
        "Use stream or dgram with inet, inet6 or unix.",
    ),
    eagain: explained(
        "try again",
        "The call would have had to wait.",
        "Try again, or give the call a longer time limit.",
    ),
    eai_noname: explained(
        "name not known",
        "No address could be found for that host name.",
        "Compare the spelling, or write the address in numbers.",
    ),
    denied: explained(
        "not allowed here",
        "The kernel was not asked: this server’s rules forbid that address.",
        "Use a loopback address, such as 127.0.0.1: this server's sockets reach nothing else.",
    ),
    no_such_socket: explained(
        "no such socket",
        "This session has no open socket of that number. Numbers never come back after a close.",
        "Choose another socket, or make a new one.",
    ),
    timeout: explained(
        "timed out",
        "Nothing happened within the time limit. Nothing was lost: data that comes later waits for the next call.",
        "Call again, or leave the time limit blank to wait for ever.",
    ),
    cancelled: explained(
        "cancelled",
        "You cancelled the call, or its socket was closed while it waited.",
        "Call again whenever you like.",
    ),
    quota: explained(
        "limit reached",
        "This session has used up what the server grants it.",
        "Close sockets or cancel calls that you do not need.",
    ),
    no_such_session: explained(
        "no such session",
        "The session has expired or was closed.",
        "Start a new session.",
    ),
    unauthorized: explained(
        "token needed",
        "This server serves only who knows its token.",
        "Open the address that the server printed at its start.",
    ),
    payload: explained(
        "the text cannot be encoded",
        "A character is missing from the chosen encoding, or the bytes are not written correctly. Nothing was sent.",
        "Choose an encoding that has the character; utf-8 and gb18030 have them all.",
    ),
    protocol: explained(
        "the server did not understand",
        "The server could not read a field of this call; the line above names it.",
        "Correct the field. If it looks right, reload the page: the server may be newer than it.",
    ),
};
