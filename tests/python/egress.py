"""Rules that open more than loopback, tried with a neighbour: another network namespace at the end of a virtual cable.

Run as `unshare --user --map-root-user --net python3 egress.py SOCKYARD`, so that nothing here is part of the host's network.
Prints a line for each thing that holds, and "done" at the end."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE, NEIGHBOUR = "10.77.0.1", "10.77.0.2"

CONFIG = """
listen = "127.0.0.1:0"
access = "open"
open_host_network = true

[[policy.allow]]
name = "neighbour"
networks = ["10.77.0.2"]
ports = [7000]

[[policy.allow]]
name = "offered"
networks = ["10.77.0.1"]
ports = ["7100-7199"]
for = ["bind"]

[[policy.allow]]
name = "by name"
names = ["*.example.org"]
networks = ["10.77.0.2"]
ports = [7001]

[policy.resolver]
servers = ["10.77.0.2"]
"""

ECHO = """
import socket, sys, threading
tcp = socket.create_server(("10.77.0.2", 7000))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("10.77.0.2", 7000))
def streams():
    while True:
        connection, peer = tcp.accept()
        connection.sendall(b"hello " + peer[0].encode())
        connection.close()
threading.Thread(target=streams, daemon=True).start()
named = socket.create_server(("10.77.0.2", 7001))
def streams_by_name():
    while True:
        connection, peer = named.accept()
        connection.sendall(b"by name")
        connection.close()
threading.Thread(target=streams_by_name, daemon=True).start()
udp_by_name = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp_by_name.bind(("10.77.0.2", 7001))
def datagrams_by_name():
    while True:
        data, peer = udp_by_name.recvfrom(2048)
        udp_by_name.sendto(data.upper(), peer)
threading.Thread(target=datagrams_by_name, daemon=True).start()
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("10.77.0.2", 53))
def answer_names():
    # The neighbour itself, but for every second question about rebind.example.org; only IPv4.
    asked = 0
    while True:
        query, peer = names.recvfrom(2048)
        end = query.index(bytes(1), 12) + 5
        address, is_ipv4 = "10.77.0.2", query[end - 4:end - 2] == bytes([0, 1])
        if b"rebind" in query.lower() and is_ipv4:
            asked += 1
            address = ["127.0.0.1", "10.77.0.2"][asked % 2]
        record = bytes([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]) + socket.inet_aton(address)
        counts = bytes([0, 1, 0, int(is_ipv4), 0, 0, 0, 0])
        names.sendto(query[:2] + bytes([0x81, 0x80]) + counts + query[12:end] + record * is_ipv4, peer)
threading.Thread(target=answer_names, daemon=True).start()
print("ready", flush=True)
while True:
    data, peer = udp.recvfrom(2048)
    udp.sendto(data[::-1], peer)
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def main(sockyard):
    ip("link", "set", "lo", "up")
    ip("link", "add", "near", "type", "veth", "peer", "name", "far")
    holder = subprocess.Popen(["unshare", "--net", "sleep", "120"])
    with tempfile.TemporaryDirectory() as folder:
        started = []
        try:
            wait_for_namespace(holder.pid)
            ip("link", "set", "far", "netns", str(holder.pid))
            ip("addr", "add", HERE + "/24", "dev", "near")
            ip("link", "set", "near", "up")
            for words in (["addr", "add", NEIGHBOUR + "/24", "dev", "far"], ["link", "set", "far", "up"], ["link", "set", "lo", "up"]):
                subprocess.run(neighbours(holder, ["ip", *words]), check=True)
            echo = subprocess.Popen(neighbours(holder, [sys.executable, "-c", ECHO]), stdout=subprocess.PIPE, text=True)
            started.append(echo)
            assert echo.stdout.readline() == "ready\n"
            config = os.path.join(folder, "sockyard.toml")
            with open(config, "w") as file:
                file.write(CONFIG)
            server = subprocess.Popen(
                [sockyard, "serve", "--config", config, "--data-dir", folder], stdout=subprocess.PIPE, text=True
            )
            started.append(server)
            url = next(found.group(0) for found in map(re.compile(r"http://[0-9.:]+").search, server.stdout) if found)
            threading.Thread(target=server.stdout.read, daemon=True).start()
            check(Client(url), holder)
        finally:
            for process in [*started, holder]:
                process.terminate()
                process.wait(20)
    print("done", flush=True)


def wait_for_namespace(pid):
    """Until the child has left this namespace: its /proc entry names another."""
    mine = os.readlink("/proc/self/ns/net")
    deadline = time.monotonic() + 20
    while os.readlink(f"/proc/{pid}/ns/net") == mine:
        assert time.monotonic() < deadline, "no namespace for the neighbour within 20 s"


def neighbours(holder, command):
    """A command, run at the neighbour's."""
    return ["nsenter", "--target", str(holder.pid), "--net", *command]


class Client:
    def __init__(self, url):
        self.url = url
        answer = self.request("/api/v1/sessions", {})
        self.session, self.token = answer["session"], answer["token"]

    def request(self, path, body, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return json.loads(response.read() or "null")
        except urllib.error.HTTPError as error:
            return json.loads(error.read())["error"]["data"]

    def call(self, path, body):
        return self.request(f"/api/v1/sessions/{self.session}/sockets{path}", body, self.token)

    def socket(self, kind):
        return self.call("", {"family": "inet", "type": kind})["socket"]


def check(client, holder):
    stream = client.socket("stream")
    connected = client.call(f"/{stream}/connect", {"address": NEIGHBOUR + ":7000"})
    assert connected["local"].startswith(HERE), connected
    received = client.call(f"/{stream}/recv", {"timeout_ms": 10000})
    assert received["data"] == {"text": "hello " + HERE}, received
    print("a stream socket reaches the neighbour", flush=True)

    datagrams = client.socket("dgram")
    client.call(f"/{datagrams}/send", {"data": "abc", "to": NEIGHBOUR + ":7000"})
    received = client.call(f"/{datagrams}/recv", {"timeout_ms": 10000})
    assert received["data"] == {"text": "cba"} and received["from"] == NEIGHBOUR + ":7000", received
    print("a datagram comes back from the neighbour", flush=True)

    other = client.socket("stream")
    for address, rule in [(NEIGHBOUR + ":7001", "private"), ("10.77.0.3:7000", "private"), ("8.8.8.8:7000", "no_rule")]:
        denied = client.call(f"/{other}/connect", {"address": address})
        assert denied == {**denied, "kind": "denied", "rule": rule}, (address, denied)
    print("what no rule opens is denied", flush=True)

    named = client.socket("stream")
    client.call(f"/{named}/connect", {"address": "play.example.org:7001"})
    received = client.call(f"/{named}/recv", {"timeout_ms": 10000})
    assert received["data"] == {"text": "by name"}, received
    by_name = client.socket("dgram")
    client.call(f"/{by_name}/send", {"data": "abc", "to": "play.example.org:7001"})
    received = client.call(f"/{by_name}/recv", {"timeout_ms": 10000})
    assert received["data"] == {"text": "ABC"} and received["from"] == NEIGHBOUR + ":7001", received
    for address, rule in [(NEIGHBOUR + ":7001", "private"), ("play.example.org:7002", "private")]:
        denied = client.call(f"/{client.socket('stream')}/connect", {"address": address})
        assert denied == {**denied, "kind": "denied", "rule": rule}, (address, denied)
    print("a name that a rule opens reaches the neighbour, and its address alone does not", flush=True)

    first = client.call(f"/{client.socket('stream')}/connect", {"address": "rebind.example.org:7001"})
    assert first["peer"] == NEIGHBOUR + ":7001", first
    second = client.call(f"/{client.socket('stream')}/connect", {"address": "rebind.example.org:7001"})
    assert second == {**second, "kind": "denied", "rule": "loopback_by_name"}, second
    print("a name that turns to loopback is denied from then on", flush=True)

    # Loopback stays loopback: a wildcard is narrowed, and the neighbour cannot get in.
    inner = client.socket("stream")
    bound = client.call(f"/{inner}/bind", {"address": ":7150"})
    assert bound == {**bound, "local": "127.0.0.1:7150", "narrowed": True}, bound
    client.call(f"/{inner}/listen", {})
    implicit = client.socket("stream")
    listening = client.call(f"/{implicit}/listen", {})
    assert listening["local"].startswith("127.0.0.1:"), listening
    assert reached(holder, 7150) == "refused"
    print("a socket on loopback is out of the neighbour's reach", flush=True)

    offered = client.socket("stream")
    bound = client.call(f"/{offered}/bind", {"address": HERE + ":7100"})
    assert bound["local"] == HERE + ":7100" and not bound.get("narrowed"), bound
    client.call(f"/{offered}/listen", {})
    assert reached(holder, 7100) == "connected"
    denied = client.call(f"/{client.socket('stream')}/bind", {"address": HERE + ":7200"})
    assert denied == {**denied, "kind": "denied", "rule": "private"}, denied
    print("a port that a rule offers is in the neighbour's reach", flush=True)


def reached(holder, port):
    """What the neighbour's connect to a port of ours comes to."""
    program = f"""
import socket
try:
    socket.create_connection(("{HERE}", {port}), 10)
    print("connected")
except ConnectionRefusedError:
    print("refused")
"""
    found = subprocess.run(
        neighbours(holder, [sys.executable, "-c", program]), stdout=subprocess.PIPE, text=True, timeout=30, check=True
    )
    return found.stdout.strip()


main(sys.argv[1])
