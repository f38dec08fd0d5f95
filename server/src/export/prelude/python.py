import errno
import os
import select
import shutil
import socket
import struct
import sys
import tempfile
import time

TIME_LIMIT = 10.0  # seconds that one call may wait

event = 0  # the number of the log's event that is made again
unsent = {}  # what the kernel has not taken yet: for each socket a list of (bytes, flags)
directory = None  # where the names of Unix sockets are


def at(number):
    global event
    event = number


def say(text):
    print(f"[{event}] {text}", flush=True)


def stop(text):
    say(text)
    remove_directory()
    sys.exit(1)


def create(family, kind):
    """A socket whose calls return at once. attempt() does the waiting."""
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    return sock


def attempt(sock, reason, call, *arguments):
    """Makes a call; while the kernel says "not yet", waits for `reason` and makes it again."""
    deadline = time.monotonic() + TIME_LIMIT
    while True:
        try:
            return call(*arguments)
        except BlockingIOError:
            wait(sock, reason, deadline)


def wait(sock, reason, deadline):
    """Waits until the kernel has news of a socket, and sends what others could not send before."""
    watched = {other.fileno(): select.POLLOUT for other in unsent}
    watched[sock.fileno()] = watched.get(sock.fileno(), 0) | reason
    poller = select.poll()
    for number, reasons in watched.items():
        poller.register(number, reasons)
    left = deadline - time.monotonic()
    if left <= 0 or not poller.poll(left * 1000):
        raise TimeoutError(f"nothing happened for {TIME_LIMIT:.0f} seconds")
    send_more()


def send_more():
    for sock in list(unsent):
        parts = unsent[sock]
        try:
            while parts:
                data, flags = parts[0]
                taken = sock.send(data, flags)
                if taken < len(data):
                    parts[0] = (data[taken:], flags)
                else:
                    parts.pop(0)
        except BlockingIOError:
            continue
        except OSError:
            del unsent[sock]
            raise
        del unsent[sock]


def send_rest(sock):
    """Waits until the kernel has taken all that a socket sends."""
    deadline = time.monotonic() + TIME_LIMIT
    while sock in unsent:
        wait(sock, select.POLLOUT, deadline)


def bind(sock, address):
    sock.bind(address)
    say(f"bound to {sock.getsockname()!r}")


def listen(sock, backlog):
    sock.listen(backlog)
    say(f"listens on {sock.getsockname()!r}")


def accept(sock):
    connection, peer = attempt(sock, select.POLLIN, sock.accept)
    connection.setblocking(False)
    say(f"accepted {peer!r}")
    return connection


def connect(sock, address):
    connect_quietly(sock, address)
    say(f"connected to {address!r}")


def connect_quietly(sock, address):
    begun = False

    def connect_once():
        nonlocal begun
        try:
            sock.connect(address)
        except BlockingIOError:
            begun = True
            raise
        except OSError as error:
            # The connection that was begun before stands now.
            if not (begun and error.errno == errno.EISCONN):
                raise

    attempt(sock, select.POLLOUT, connect_once)


def send(sock, data, flags=0):
    unsent.setdefault(sock, []).append((memoryview(data), flags))
    send_more()
    say(f"sent {len(data)} bytes")


def send_datagram(sock, data, address=None):
    if address is None:
        attempt(sock, select.POLLOUT, sock.send, data)
    else:
        attempt(sock, select.POLLOUT, sock.sendto, data, address)
    say(f"sent {len(data)} bytes")


def receive(sock, count):
    """Receives so many bytes of a stream, in however many pieces they come."""
    data = b""
    while len(data) < count:
        part = attempt(sock, select.POLLIN, sock.recv, count - len(data))
        if not part:
            stop(f"the peer has closed after {len(data)} of {count} bytes")
        data += part
    say(f"received {len(data)} bytes: {data[:64]!r}")
    return data


def receive_end(sock):
    """Receives the end of a stream."""
    more = 0
    while part := attempt(sock, select.POLLIN, sock.recv, 65536):
        more += len(part)
    say("the peer has closed" + (f", after {more} bytes more" if more else ""))


def receive_urgent(sock):
    deadline = time.monotonic() + TIME_LIMIT
    while True:
        try:
            data = sock.recv(1, socket.MSG_OOB)
            break
        except OSError as error:
            # EINVAL: no urgent byte has been announced yet.
            if error.errno not in (errno.EINVAL, errno.EAGAIN):
                raise
        wait(sock, select.POLLPRI, deadline)
    say(f"received urgent data: {data!r}")


def peek(sock, count):
    data = attempt(sock, select.POLLIN, sock.recv, count, socket.MSG_PEEK)
    say(f"peeked at {len(data)} bytes: {data[:64]!r}")


def receive_datagram(sock, size=65536, flags=0):
    data, sender = attempt(sock, select.POLLIN, sock.recvfrom, size, flags)
    say(f"received {len(data)} bytes from {sender!r}: {data[:64]!r}")
    return sender


def shutdown(sock, how):
    if how != socket.SHUT_RD:
        send_rest(sock)
    sock.shutdown(how)
    say("shut down")


def close(sock, linger=None, file=None):
    send_rest(sock)
    if linger is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, linger))
    sock.close()
    if file is not None:
        os.unlink(file)
    say("closed")


def expect(name, call, *arguments):
    """Makes a call that failed in the session."""
    try:
        call(*arguments)
    except OSError as error:
        # Some errors have two names.
        same = error.errno is not None and error.errno == getattr(errno, name, None)
        now = name if same else errno.errorcode.get(error.errno, str(error))
    else:
        now = "no error"
    say(f"{now}, as in the session" if now == name else f"{now}; in the session it was {name}")


def send_once(sock, data, flags=0, late=False):
    """A send that is to fail; `late` waits a moment for the peer's part in that."""
    if late:
        poller = select.poll()
        poller.register(sock.fileno(), 0)
        poller.poll(1000)
    sock.send(data, flags)


def receive_once(sock, size, flags=0):
    attempt(sock, select.POLLIN, sock.recv, size, flags)


def file(name):
    """The path of a Unix socket."""
    global directory
    if directory is None:
        directory = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="sockyard-")
        say(f"Unix sockets are in {directory}")
    return os.path.join(directory, name)


def abstract(name):
    """A name in the abstract namespace that no other program has."""
    return f"\0sockyard-{os.getpid()}/{name}"


def remove_directory():
    if directory is not None and len(sys.argv) <= 1:
        shutil.rmtree(directory, ignore_errors=True)


def end(*still_open):
    for sock in still_open:
        send_rest(sock)
    remove_directory()
