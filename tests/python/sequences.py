"""Makes the calls of each line and prints what the kernel answers, as the tests do through Sockyard.

A line is a list of calls separated by `;`. Sockets are known by their place in the order of their making.
"""
import errno
import json
import socket
import struct
import sys

FAMILIES = {"tcp": (socket.AF_INET, socket.SOCK_STREAM), "udp": (socket.AF_INET, socket.SOCK_DGRAM),
            "tcp6": (socket.AF_INET6, socket.SOCK_STREAM), "udp6": (socket.AF_INET6, socket.SOCK_DGRAM)}
HOW = {"read": socket.SHUT_RD, "write": socket.SHUT_WR, "both": socket.SHUT_RDWR}
# Longest wait in the kernel: a timeout of Python's own would make every call a non-blocking one, whose answers differ.
TIMEOUT = struct.pack("ll", 0, 300_000)


def make(sockets, new):
    new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, TIMEOUT)
    new.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, TIMEOUT)
    sockets.append(new)
    return "ok"


def loopback(one):
    return "::1" if one.family == socket.AF_INET6 else "127.0.0.1"


def target(sockets, one, word):
    """`@2` is the address of socket 2, `free` one on which nobody listens."""
    if word == "free":
        with socket.socket(one.family, socket.SOCK_STREAM) as other:
            other.bind((loopback(one), 0))
            return other.getsockname()[:2]
    return sockets[int(word[1:])].getsockname()[:2]


def call(sockets, words):
    name = words[0]
    if name in FAMILIES:
        return make(sockets, socket.socket(*FAMILIES[name]))
    one = sockets[int(words[1])]
    if name == "bind":
        address = target(sockets, one, words[2]) if len(words) > 2 else (loopback(one), 0)
        one.bind(address)
    elif name == "listen":
        one.listen(int(words[2]))
    elif name == "accept":
        return make(sockets, one.accept()[0])
    elif name == "connect":
        one.connect(target(sockets, one, words[2]))
    elif name == "send":
        return f"ok {one.send(b'x' * int(words[2]))}"
    elif name == "sendto":
        return f"ok {one.sendto(b'x' * int(words[2]), target(sockets, one, words[3]))}"
    elif name == "recv":
        return f"ok {len(one.recv(int(words[2])))}"
    elif name == "peek":
        return f"ok {len(one.recv(int(words[2]), socket.MSG_PEEK))}"
    elif name == "oob":
        return f"ok {len(one.recv(1, socket.MSG_OOB))}"
    elif name == "shutdown":
        one.shutdown(HOW[words[2]])
    elif name == "close":
        one.close()
    else:
        raise ValueError(name)
    return "ok"


def answer(sockets, step):
    try:
        return call(sockets, step.split())
    except BlockingIOError:
        return "timeout"
    except OSError as error:
        return {"ENOTSUP": "EOPNOTSUPP"}.get(errno.errorcode[error.errno], errno.errorcode[error.errno])


results = []
for line in sys.stdin.read().splitlines():
    sockets = []
    results.append([answer(sockets, step) for step in line.split(";")])
    for one in sockets:
        one.close()
print(json.dumps(results))
