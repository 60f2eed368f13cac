"""Uploads of large files to the test Hub by the LFS protocol: in one piece, or in parts."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from support.hub_server.exchange import Exchange, Refused


def batch(exchange: Exchange, kinds: str, repo_id: str) -> None:
    """`POST {id}.git/info/lfs/objects/batch`: where each file shall go; nowhere if it is there already."""
    exchange.repository(kinds.strip("/"), repo_id, write=True)
    hub = exchange.hub
    answers = []
    for asked in exchange.json()["objects"]:
        sha256, size = asked["oid"], asked["size"]
        answer = {"oid": sha256, "size": size}
        if not hub.store.object_path(sha256).is_file():
            upload: dict = {"href": f"{hub.storage_url}/upload/{sha256}"}
            if size > hub.part_size:
                parts = -(-size // hub.part_size)
                upload["header"] = {"chunk_size": str(hub.part_size)} | {
                    str(number): f"{hub.storage_url}/upload/{sha256}/{number}" for number in range(1, parts + 1)
                }
            answer["actions"] = {"upload": upload, "verify": {"href": f"{hub.url}/api/verify/{sha256}"}}
        answers.append(answer)
    exchange.answer_json({"transfer": "basic", "objects": answers})


def put_whole(exchange: Exchange, sha256: str) -> None:
    """`PUT /upload/{sha256}`."""
    etag = _receive(exchange, sha256, exchange.hub.store.object_path(sha256), expected=sha256)
    exchange.answer(200, headers={"ETag": etag})


def put_part(exchange: Exchange, sha256: str, number: str) -> None:
    """`PUT /upload/{sha256}/{number}`."""
    etag = _receive(exchange, sha256, _part(exchange, sha256, number))
    exchange.answer(200, headers={"ETag": etag})


def complete(exchange: Exchange, sha256: str) -> None:
    """`POST /upload/{sha256}`: all parts are there; join them."""
    parts = [_part(exchange, sha256, str(part["partNumber"])) for part in exchange.json()["parts"]]
    joined = exchange.hub.store.unfinished / f"{sha256}.joined"
    with joined.open("wb") as file:
        for part in parts:
            file.write(part.read_bytes())
    if hashlib.sha256(joined.read_bytes()).hexdigest() != sha256:
        raise Refused(400, "The parts do not give the file")
    joined.replace(exchange.hub.store.object_path(sha256))
    for part in parts:
        part.unlink()
    exchange.answer_json({})


def verify(exchange: Exchange, sha256: str) -> None:
    """`POST /api/verify/{sha256}`."""
    path, asked = exchange.hub.store.object_path(sha256), exchange.json()
    if not path.is_file() or path.stat().st_size != asked["size"]:
        raise Refused(404, "The file is not there")
    exchange.answer_json({})


def _part(exchange: Exchange, sha256: str, number: str) -> Path:
    return exchange.hub.store.unfinished / f"{sha256}.{number}"


def _receive(exchange: Exchange, sha256: str, target: Path, expected: str | None = None) -> str:
    exchange.entry.object_id = sha256
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=exchange.hub.store.unfinished, delete=False) as file:
        for piece in exchange.pieces():
            digest.update(piece)
            file.write(piece)
            exchange.hub.faults.arrived(len(piece))
    if expected is not None and digest.hexdigest() != expected:
        raise Refused(400, "The content is not that of the announced hash")
    Path(file.name).replace(target)
    return f'"{digest.hexdigest()[:32]}"'
