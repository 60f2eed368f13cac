"""A store that speaks as much of the S3 protocol as pyarrow asks for, on loopback, with its objects in memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "bucket"


class S3Server(ThreadingHTTPServer):
    """The store; `objects` holds the bytes by their keys, in the one bucket that there is."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.allowed = True

    def url(self, path: str) -> str:
        """The address of what is in the bucket."""
        port = self.server_address[1]
        return f"s3://{BUCKET}/{path}?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Serve a store from a thread."""
    with S3Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    @property
    def _store(self) -> S3Server:
        assert isinstance(self.server, S3Server)
        return self.server

    def _asked(self) -> tuple[str, str, dict[str, str]]:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return bucket, key, asked

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refused(self) -> bool:
        """Answer what is asked of another bucket, or without the right to."""
        bucket, _, _ = self._asked()
        code = None if self._store.allowed else (403, "AccessDenied")
        code = code or (None if bucket == BUCKET else (404, "NoSuchBucket"))
        if code:
            self._body()
            self._answer(code[0], f"<Error><Code>{code[1]}</Code><Message>no</Message></Error>".encode())
        return code is not None

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(self._chunks())
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return body
        whole = b""
        while (match := re.match(rb"([0-9a-fA-F]+)[^\r]*\r\n", body)) and (size := int(match[1], 16)):
            whole += body[match.end() : match.end() + size]
            body = body[match.end() + size + 2 :]
        return whole

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = int(self.rfile.readline(), 16)
            yield self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return

    def do_HEAD(self) -> None:
        if self._refused():
            return
        _, key, _ = self._asked()
        if not key:
            self._answer(200)
        elif key in self._store.objects:
            size = str(len(self._store.objects[key]))
            self._answer(200, Content_Length=size, Last_Modified=formatdate(0, usegmt=True), ETag='"e"')
        else:
            self._answer(404)

    def do_GET(self) -> None:
        if self._refused():
            return
        _, key, asked = self._asked()
        if not key:
            self._list(asked)
        elif key not in self._store.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        elif span := re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            whole = self._store.objects[key]
            part = whole[int(span[1]) : int(span[2] or len(whole)) + 1]
            last = int(span[1]) + len(part) - 1
            self._answer(206, part, Content_Range=f"bytes {span[1]}-{last}/{len(whole)}")
        else:
            self._answer(200, self._store.objects[key])

    def do_PUT(self) -> None:
        if self._refused():
            return
        _, key, asked = self._asked()
        body, source = self._body(), self.headers.get("x-amz-copy-source")
        if "partNumber" in asked:
            self._store.uploads.setdefault(asked["uploadId"], {})[int(asked["partNumber"])] = body
            self._answer(200, ETag='"e"')
            return
        if source:
            body = self._store.objects[unquote(source).lstrip("/").partition("/")[2]]
        self._store.objects[key] = body
        copied = b'<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' if source else b""
        self._answer(200, copied, ETag='"e"')

    def do_DELETE(self) -> None:
        if not self._refused():
            self._store.objects.pop(self._asked()[1], None)
            self._answer(204)

    def do_POST(self) -> None:
        if self._refused():
            return
        _, key, asked = self._asked()
        body = self._body()
        if "uploads" in asked:
            upload = f"u{len(self._store.uploads)}"
            self._store.uploads[upload] = {}
            self._answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        elif "uploadId" in asked:
            parts = self._store.uploads[asked["uploadId"]]
            self._store.objects[key] = b"".join(parts[number] for number in sorted(parts))
            self._answer(200, b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")
        else:
            for removed in re.findall(rb"<Key>([^<]*)</Key>", body):
                self._store.objects.pop(removed.decode(), None)
            self._answer(200, b"<DeleteResult></DeleteResult>")

    def _list(self, asked: dict[str, str]) -> None:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        found, common = [], set()
        for key in sorted(key for key in list(self._store.objects) if key.startswith(prefix)):
            below, divided, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            if divided:
                common.add(f"{prefix}{below}{delimiter}")
            else:
                found.append(key)
        found = found[: int(asked.get("max-keys", 1000))]
        when = datetime.fromtimestamp(0, timezone.utc).isoformat()
        rows = [
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self._store.objects[key])}</Size>"
            f"<LastModified>{when}</LastModified><ETag>e</ETag></Contents>"
            for key in found
        ]
        rows += [f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in sorted(common)]
        count = f"<KeyCount>{len(found) + len(common)}</KeyCount><IsTruncated>false</IsTruncated>"
        self._answer(200, f"<ListBucketResult>{count}{''.join(rows)}</ListBucketResult>".encode())
