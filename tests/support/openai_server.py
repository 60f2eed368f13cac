"""A server that speaks the OpenAI protocol on loopback, replays replies and injects faults.

Standard library only and one process, so that it can serve hundreds of replies a second beside the client. Run as
`python openai_server.py`: it reads its settings as one line of JSON from standard input, prints its port, and serves
until standard input ends.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from support import hostile_answers

FENCED = re.compile(r"<(sentence-[0-9a-f]+)([^>]*)>\n(.*?)\n</\1>", re.DOTALL)
_ENUM = re.compile(r'"enum": (\[[^]]*\])')
GROUP_ID = re.compile(r' id="(\d+)"')

DEFAULTS: dict[str, Any] = {
    "latency": 0.0,
    "key": None,
    "models": ["tiny-llm"],
    "structured": True,  # whether response_format is understood
    "structured_failure": 400,  # what it is answered with where it is not
    "system_role": "read",  # or "refused", or "left out" without a word
    "finish_reason": "stop",
    "forgotten": [],  # texts without a result in their first reply
    "replies": {},  # text -> raw reply
    "contents": {},  # text -> content of the message, in place of a string
    "faults": {},  # kind -> probability, drawn one after the other for each request
    "poisoned": {},  # text -> kind of fault that always strikes it
    "seed": 0,
    "refused_parameters": [],
    "length_field": None,  # the only name of the limit on the length that is known; others are passed over
    "batch_faults": {},  # like faults, for what files and batches are asked about
    "batch_seconds": 0.0,
    "batches_due": False,  # whether all batches are ready now
    "batch_outcomes": [],  # of the first batches; "completed" afterwards
    "batch_creation": [],  # "hang before" or "hang after" the batch exists; "answer" afterwards
}

Sender = Callable[[bytes], None]


def reply_to(text: str, concept: str = "capitalised word") -> str:
    """The reply to a sentence that has none of its own: its capitalised words are entities."""
    words = dict.fromkeys(re.findall(r"\b[A-Z]\w+", text)) or {text.split()[0]: None}
    entities = [{"text": word, "concept": concept, "description": "a word"} for word in words]
    return json.dumps({"entities": entities}, ensure_ascii=False)


class OpenAIServer:
    """What the server knows; `Connection` speaks HTTP for it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = {**DEFAULTS, **settings}
        self.random = random.Random(self.settings["seed"])
        self.asked: list[str] = []  # every sentence of every request, in order
        self.answered: Counter[str] = Counter()  # sentences that got a whole, well-formed reply
        self.faults: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []  # the newest requests
        self.files: dict[str, tuple[str, bytes]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.batch_requests = 0
        self.in_flight = 0
        self.most_in_flight = 0

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes, connection: Connection) -> None:
        """Answer one request, now or later."""
        path = path.partition("?")[0]
        if path == "/control/statistics":
            return connection.answer(200, self._statistics())
        if path == "/control/settings":
            self.settings.update(json.loads(body))
            return connection.answer(200, {})
        if not path.startswith("/v1/"):
            return connection.answer(404, {"detail": "Not Found"})
        if self.settings["key"] is not None and headers.get("authorization") != f"Bearer {self.settings['key']}":
            given = headers.get("authorization", "").removeprefix("Bearer ")
            return connection.answer(401, _error(f"Incorrect API key provided: {given}.", "invalid_api_key"))
        parts = path.removeprefix("/v1/").split("/")
        if parts[0] in ("files", "batches") and (fault := self._drawn(self.settings["batch_faults"])) is not None:
            self.faults[fault] += 1
            self._fault(fault, {}, headers, connection)
            return None
        match method, parts:
            case "GET", ["models"]:
                models = [{"id": name, "object": "model"} for name in self.settings["models"]]
                connection.answer(200, {"object": "list", "data": models})
            case "POST", ["chat", "completions"]:
                self._chat(json.loads(body), headers, connection)
            case "POST", ["files"]:
                connection.answer(200, self._add_file(headers, body))
            case "GET", ["files", name, "content"]:
                connection.answer_bytes(200, self.files[name][1], "application/octet-stream")
            case "POST", ["batches"]:
                self._create_batch(json.loads(body), connection)
            case "GET", ["batches"]:
                newest_first = [self._advanced(batch) for batch in reversed(list(self.batches.values()))]
                connection.answer(200, {"object": "list", "data": newest_first, "has_more": False})
            case "GET", ["batches", name]:
                connection.answer(200, self._advanced(self.batches[name]))
            case _:
                connection.answer(404, {"detail": "Not Found"})
        return None

    def _drawn(self, faults: dict[str, float]) -> str | None:
        return next((kind for kind, rate in faults.items() if self.random.random() < rate), None)

    def _statistics(self) -> dict[str, Any]:
        return {
            "asked": self.asked,
            "answered": dict(self.answered),
            "faults": dict(self.faults),
            "bodies": self.bodies[-10:],
            "most_in_flight": self.most_in_flight,
            "file": next((content.decode() for name, content in self.files.values() if name != "output.jsonl"), ""),
            "file_sizes": [len(content) for name, content in self.files.values() if name != "output.jsonl"],
            "batch_requests": self.batch_requests,
            "batches": [batch["status"] for batch in self.batches.values()],
        }

    def _chat(self, request: dict[str, Any], headers: dict[str, str], connection: Connection) -> None:
        self.bodies.append(request)
        del self.bodies[:-10]
        fault = self._drawn(self.settings["faults"])
        sentences = sentences_of(request)
        self.asked.extend(text for _, text in sentences)
        fault = next((self.settings["poisoned"][t] for _, t in sentences if t in self.settings["poisoned"]), fault)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

        def finish() -> None:
            self.in_flight -= 1
            if fault is not None:
                self.faults[fault] += 1
            if connection.transport.is_closing():
                return
            if fault is not None and self._fault(fault, request, headers, connection):
                return
            status, answer = self._complete(request, fault)
            if status == 200 and fault is None:
                self.answered.update(text for _, text in sentences)
            connection.answer(status, answer)

        asyncio.get_running_loop().call_later(self.settings["latency"], finish)

    def _complete(self, request: dict[str, Any], fault: str | None = None) -> tuple[int, dict[str, Any]]:
        """The status and body of a chat completion."""
        if request["model"] not in self.settings["models"]:
            return 404, _error(f"The model `{request['model']}` does not exist.", "model_not_found")
        for name in self.settings["refused_parameters"]:
            if name in request:
                return 400, _error(f"Unsupported parameter: '{name}' is not supported.", "unsupported_parameter")
        if "response_format" in request and not self.settings["structured"]:
            return self.settings["structured_failure"], _error(
                "response_format is not supported by this server", "unsupported_parameter"
            )
        if self.settings["system_role"] == "refused" and request["messages"][0]["role"] == "system":
            return 400, _error("System role not supported", "BadRequestError")
        sentences = sentences_of(request)
        replies = [
            (number, self.settings["replies"].get(text) or reply_to(text, *_first_type(request)))
            for number, text in sentences
        ]
        if len(replies) == 1 and replies[0][0] is None:
            content = replies[0][1]
        else:
            forgotten = {text for _, text in sentences} & set(self.settings["forgotten"])
            self.settings["forgotten"] = [text for text in self.settings["forgotten"] if text not in forgotten]
            results = [
                {"id": number, **json.loads(reply)}
                for (number, reply), (_, text) in zip(replies, sentences, strict=True)
                if text not in forgotten
            ]
            content = json.dumps({"results": results}, ensure_ascii=False)
        reason = self.settings["finish_reason"]
        match fault:
            case "length":
                content, reason = content[:20], "length"
            case "content_filter":
                content, reason = "", "content_filter"
            case "non-json":
                content = "I would rather talk about the weather."
            case "wrong json":
                content = '{"answer": 42}'
        content = next((c for _, text in sentences if (c := self.settings["contents"].get(text))), content)
        unread = self.settings["system_role"] == "left out"
        read = [message for message in request["messages"] if not (unread and message["role"] == "system")]
        usage = {"prompt_tokens": 50 + len(str(read)) // 4, "completion_tokens": len(content) // 4}
        if self.settings["length_field"] not in (None, *request):
            usage["completion_tokens"] = 100_000
        usage["total_tokens"] = sum(usage.values())
        choices = [
            {
                "index": 0,
                "finish_reason": reason,
                "message": {"role": "assistant", "content": content, "refusal": None},
            }
        ]
        completion = {
            "id": "chatcmpl-0",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": request["model"],
            "choices": [] if fault == "empty choices" else choices,
            "usage": usage,
        }
        if fault in hostile_answers.KINDS:
            hostile_answers.change_completion(fault, completion)
        return 200, completion

    def _fault(self, kind: str, request: dict[str, Any], headers: dict[str, str], connection: Connection) -> bool:
        """Send a fault of the transport; False for the faults that stand in a completion."""
        key = headers.get("authorization", "").removeprefix("Bearer ")
        soon = email.utils.formatdate(time.time() + 1, usegmt=True)
        match kind:
            case "429":
                connection.answer(429, _error("Rate limit reached.", "rate_limit_exceeded"))
            case "429 seconds":
                connection.answer(429, _error("Rate limit reached.", "rate_limit_exceeded"), {"retry-after": "1"})
            case "429 date":
                connection.answer(429, _error("Rate limit reached.", "rate_limit_exceeded"), {"retry-after": soon})
            case "429 milliseconds":
                connection.answer(429, _error("Rate limit reached.", ""), {"retry-after-ms": "50"})
            case "quota":
                connection.answer(429, _error("You exceeded your current quota.", "insufficient_quota"))
            case "500":
                connection.answer(500, _error(f"Internal error while serving {key}", "server_error"))
            case "503":
                connection.answer_bytes(503, b"<html>Service Unavailable</html>", "text/html")
            case "bad request":
                connection.answer(400, _error(f"This sentence is not allowed (key {key})", "invalid_prompt"))
            case "cut":
                connection.cut(json.dumps(self._complete(request)[1]).encode())
            case "hang":
                pass
            case "html":
                connection.answer_bytes(200, b"<html>Welcome</html>", "text/html")
            case _:
                return hostile_answers.send(kind, self._complete(request)[1] if request else {}, connection)
        return True

    def _add_file(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        boundary = re.search(r"boundary=([^;]+)", headers["content-type"])
        assert boundary is not None
        name, content = "", b""
        for part in body.split(b"--" + boundary[1].strip('"').encode()):
            head, _, value = part.partition(b"\r\n\r\n")
            found = re.search(rb'filename="([^"]*)"', head)
            if found:
                name, content = found[1].decode(), value.removesuffix(b"\r\n")
        return self._file(name, content)

    def _file(self, name: str, content: bytes) -> dict[str, Any]:
        id = f"file-{len(self.files)}"
        self.files[id] = (name, content)
        return {
            "id": id, "object": "file", "bytes": len(content), "created_at": int(time.time()),
            "filename": name, "purpose": "batch", "status": "processed",
        }  # fmt: skip

    def _create_batch(self, request: dict[str, Any], connection: Connection) -> None:
        self.batch_requests += 1
        manner = self.settings["batch_creation"].pop(0) if self.settings["batch_creation"] else "answer"
        if manner == "hang before":
            return
        outcome = self.settings["batch_outcomes"].pop(0) if self.settings["batch_outcomes"] else "completed"
        batch = {
            "id": f"batch_{len(self.batches)}", "object": "batch", "endpoint": request["endpoint"],
            "input_file_id": request["input_file_id"], "completion_window": "24h", "status": "in_progress",
            "created_at": int(time.time()), "metadata": request.get("metadata"), "output_file_id": None,
            "error_file_id": None, "errors": None, "due": time.time() + self.settings["batch_seconds"],
            "outcome": outcome,
        }  # fmt: skip
        self.batches[batch["id"]] = batch
        if manner != "hang after":
            connection.answer(200, batch)

    def _advanced(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The batch as it is by now."""
        if batch["status"] != "in_progress" or (time.time() < batch["due"] and not self.settings["batches_due"]):
            return batch
        batch["status"] = "failed" if batch["outcome"] in ("failed", "queue full") else batch["outcome"]
        if batch["outcome"] == "failed":
            batch["errors"] = {"object": "list", "data": [{"code": "invalid_json_line", "message": "Bad line"}]}
        elif batch["outcome"] == "queue full":
            batch["errors"] = {"object": "list", "data": [{"code": "token_limit_exceeded", "message": "Queue full"}]}
        else:
            self._answer_batch(batch)
        return batch

    def _answer_batch(self, batch: dict[str, Any]) -> None:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]][1].splitlines()]
        answered = len(lines) // 2 if batch["outcome"] == "expired" else len(lines)
        output, errors = [], []
        for number, line in enumerate(lines):
            sentences = sentences_of(line["body"])
            self.asked.extend(text for _, text in sentences)
            poison = next((p for _, text in sentences if (p := self.settings["poisoned"].get(text))), None)
            row: dict[str, Any] = {"id": f"request_{number}", "custom_id": line["custom_id"]}
            if number >= answered:
                row |= {"response": None, "error": {"code": "batch_expired", "message": "Not in time."}}
            elif poison == "500":
                row |= {"response": {"status_code": 500, "body": _error("Internal error", "server_error")}}
            else:
                status, body = self._complete(line["body"], poison)
                row |= {"response": {"status_code": status, "body": body}, "error": None}
                self.answered.update(text for _, text in sentences)
            (output if row["response"] and row["response"]["status_code"] == 200 else errors).append(row)
        for field, rows in (("output_file_id", output), ("error_file_id", errors)):
            if rows:
                content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
                batch[field] = self._file("output.jsonl", content)["id"]


def sentences_of(request: dict[str, Any]) -> list[tuple[int | None, str]]:
    """The fenced sentences of a request, with their numbers in requests with several."""
    found = []
    for _, attributes, text in FENCED.findall(request["messages"][-1]["content"]):
        number = GROUP_ID.search(attributes)
        found.append((int(number[1]) if number else None, text))
    return found


def _first_type(request: dict[str, Any]) -> list[str]:
    """The first of the types that a request asks for, if it asks for some."""
    return json.loads(found[1])[:1] if (found := _ENUM.search(json.dumps(request))) else []


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


class Connection(asyncio.Protocol):
    """One connection: reads requests, writes answers, keeps alive."""

    transport: asyncio.Transport

    def __init__(self, server: OpenAIServer) -> None:
        self.server = server
        self.received = bytearray()
        self.opened = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end == -1:
            return
        first, *lines = bytes(self.received[:end]).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            if not self.received.endswith(b"0\r\n\r\n"):
                return
            body, used = _unchunked(bytes(self.received[end + 4 :])), len(self.received)
        else:
            used = end + 4 + int(headers.get("content-length", 0))
            if len(self.received) < used:
                return
            body = bytes(self.received[end + 4 : used])
        del self.received[:used]
        method, path, _ = first.split(" ")
        self.server.handle(method, path, headers, body, self)

    def answer(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.answer_bytes(status, json.dumps(content).encode(), "application/json", headers)

    def answer_bytes(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
        self.transport.write(head.encode() + body)

    def cut(self, body: bytes) -> None:
        """Promise a body, send half of it, and hang up."""
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body[: len(body) // 2])
        self.transport.close()


def _unchunked(data: bytes) -> bytes:
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        body += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return body


async def serve() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    settings = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    state = OpenAIServer(settings)
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", settings.get("port", 0))
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
