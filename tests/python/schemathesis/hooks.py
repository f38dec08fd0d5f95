"""Hooks of schemathesis: what a generator of requests cannot know of Sockyard.

A request about a session needs a session, its token, and sockets on which the call can succeed. These are made here, and
calls that would wait for ever get a time limit. Two kinds of findings are judged here one by one, rather than their checks
being switched off: a refusal of the kernel, and the answer to a session's wrong token.
"""

import os
import socketserver
import threading

import requests
import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["SOCKYARD_URL"]
OWNER = os.environ["SOCKYARD_OWNER"]
SESSIONS = URL + "/api/v1/sessions"
# Some calls have to wait; the run does not.
WAIT_MS = 20
# A stage takes up to three sockets, and a session has 64.
STAGES_A_SESSION = 18
DEADLINE_S = 10
SHARING = {"session.share", "session.unshare"}
WAITING = {"socket.accept", "socket.connect", "socket.send", "socket.recv", "exchange"}

http = requests.Session()
# The token of every session that this run has seen opened.
tokens = {}
lock = threading.Lock()


class Stage:
    """Sessions of our own, with a socket for each request that names none of an earlier answer."""

    session = None
    used = STAGES_A_SESSION

    def open(self):
        if self.session in tokens and self.used < STAGES_A_SESSION:
            self.used += 1
            return
        if self.session in tokens:
            self.request("DELETE", "")
        hello = http.post(SESSIONS, headers=bearer(OWNER), timeout=DEADLINE_S).json()
        self.session, self.used = hello["session"], 1
        tokens[self.session] = hello["token"]

    def request(self, method, path, body=None):
        url = f"{SESSIONS}/{self.session}{path}"
        answer = http.request(method, url, json=body, headers=bearer(tokens[self.session]), timeout=DEADLINE_S)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def call(self, socket, call, **params):
        return self.request("POST", f"/sockets/{socket}/{call}", params)

    def socket(self, kind):
        return self.request("POST", "/sockets", {"family": "inet", "type": kind})["socket"]

    def bound(self, kind):
        socket = self.socket(kind)
        return socket, self.call(socket, "bind", address="127.0.0.1:0")["local"]

    def listener(self):
        listener, address = self.bound("stream")
        self.call(listener, "listen")
        return listener, address

    def prepare(self, operation):
        """The number of a socket on which the operation can succeed."""
        if operation == "socket.accept":
            listener, address = self.listener()
            self.call(self.socket("stream"), "connect", address=address)
            return listener
        if operation in ("socket.recv", "socket.send"):
            receiver, address = self.bound("dgram")
            self.call(receiver, "connect", address=address)
            self.call(receiver, "send", data="here")
            return receiver
        if operation == "socket.shutdown":
            _, address = self.listener()
            client = self.socket("stream")
            self.call(client, "connect", address=address)
            return client
        return self.socket("stream")


class Echo(socketserver.BaseRequestHandler):
    """A peer for exchanges: datagrams come back."""

    def handle(self):
        data, server = self.request
        server.sendto(data, self.client_address)


stage = Stage()
echo = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=echo.serve_forever, daemon=True).start()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def operation_of(case):
    return case.operation.definition.raw.get("operationId")


def is_valid(case, location):
    """Whether that part of the request is one that the document allows."""
    return case.meta is None or not case.meta.is_negative_at(location)


@schemathesis.auth(refresh_interval=None, retry_on=[])
class Token:
    """The owner's token, or that of the session in the path."""

    def get(self, case, context):
        return tokens.get((case.path_parameters or {}).get("session"), OWNER)

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), **bearer(data)}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = operation_of(case)
    path = case.path_parameters or {}
    with lock:
        if "session" in path and path["session"] not in tokens and is_valid(case, ParameterLocation.PATH):
            if operation in SHARING:
                # So that no session comes to have more shares than it may.
                stage.used = STAGES_A_SESSION
            stage.open()
            path["session"] = stage.session
            if "share" in path:
                path["share"] = stage.request("POST", "/shares")["share"]
            if "socket" in path:
                path["socket"] = stage.prepare(operation)
            if case._has_explicit_auth:
                case.headers = {**(case.headers or {}), **bearer(tokens[stage.session])}
    if case.body is not NOT_SET:
        case.body = whole(case.body)
    limit_wait(operation, case)
    query = case.query or {}
    if is_valid(case, ParameterLocation.QUERY):
        # That parameters exclude each other cannot be said of a query.
        if operation == "export" and "format" in query:
            # A program is made from the whole log, and only a program has a map. A capture has packets from a number on.
            takes = {
                "csv": {"after", "socket", "kinds", "data"},
                "jsonl": {"after", "socket", "kinds", "data"},
                "pcapng": {"after"},
            }.get(query["format"], {"map"})
            case.query = {name: query[name] for name in query if name == "format" or name in takes}
        if operation == "ws":
            # What is said of a socket needs one, and only a new session has its first.
            new = "create" in query and "session" not in query
            dropped = () if new else ("create", "connect", "receive")
            case.query = query = {name: value for name, value in query.items() if name not in dropped}
        if operation == "log.read" and "before" in query:
            query.pop("wait_ms", None)
    if operation == "exchange" and isinstance(case.body, dict) and case.body.get("type") == "dgram":
        if case.body.get("to") == "127.0.0.1:7788":
            case.body["to"] = "127.0.0.1:%d" % echo.server_address[1]


def whole(value):
    """JSON Schema takes 1.0 for a whole number, and no schema can say that it has to be written as 1."""
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def limit_wait(operation, case):
    body = case.body
    if operation in WAITING and isinstance(body, dict):
        wait = body.get("timeout_ms")
        if wait is None or (type(wait) is int and wait > WAIT_MS):
            body["timeout_ms"] = WAIT_MS
    if operation in WAITING and body is NOT_SET:
        # No body stands for no parameters.
        case.body = {"timeout_ms": WAIT_MS}
        case.media_type = "application/json"
    wait = (case.query or {}).get("wait_ms")
    if str(wait).isdigit() and int(wait) > WAIT_MS:
        case.query["wait_ms"] = WAIT_MS


@schemathesis.hook
def after_call(context, case, response):
    operation = operation_of(case)
    if operation == "session.open" and response.status_code == 201:
        hello = response.json()
        tokens[hello["session"]] = hello["token"]
    if operation == "session.close" and response.status_code == 204:
        if case.path_parameters["session"] == stage.session:
            tokens.pop(stage.session)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a finding is one."""
    name = type(failure).__name__
    if name == "RejectedPositiveData":
        if operation_of(case) == "ws" and response.status_code == 426:
            # A plain request can be answered with nothing else: what it lacks is the upgrade, which no schema asks for.
            return False
        # The document says what can be asked for. Whether it then succeeds is the kernel's, or the time's.
        error = response.json()["error"]
        if error["code"] in (1, 4):
            return False
        # A chain of requests may make as many shares as a session has room for.
        if error["code"] == 6 and error["data"]["quota"] == "shares":
            return False
        # A name that stands for an encoding cannot be told from one that does not by a schema; nor whether it has a character.
        return not (error["code"] == 9 and "encoding" in str(case.body))
    if name == "IgnoredAuth" and "got `404" in failure.message:
        # Section 8: whether a session is unknown or a token wrong is not told, so a wrong token of a session gives 404.
        return "{session}" not in case.operation.path
    return True
