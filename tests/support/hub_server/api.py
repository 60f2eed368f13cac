"""`/api/...` of the test Hub: who is asking, repositories, their trees and revisions, commits."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any
from urllib.parse import parse_qs, unquote

import yaml
from support.hub_server.exchange import Exchange, Refused, revision_of
from support.hub_server.repositories import Commit, Repository, StoredFile, lfs_file

# Above this size, and for these names, the Hub asks for a large-file upload.
LARGE = 10 << 20
LARGE_SUFFIXES = (".safetensors", ".parquet", ".bin", ".arrow", ".onnx", ".gz")
PAGE = 50


def whoami(exchange: Exchange) -> None:
    """`GET /api/whoami-v2`."""
    account = exchange.account()
    if account is None:
        raise Refused(401, "Invalid username or password.")
    exchange.answer_json(account.whoami())


def create(exchange: Exchange) -> None:
    """`POST /api/repos/create`."""
    asked, account = exchange.json(), exchange.account()
    if account is None:
        raise Refused(401, "Invalid username or password.")
    namespace, kind = asked.get("organization") or account.name, asked.get("type") or "model"
    repo_id = f"{namespace}/{asked['name']}"
    if not account.can_write(namespace):
        raise Refused(403, f'You don\'t have the rights to create a {kind} under the namespace "{namespace}"')
    url = f"{exchange.hub.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
    with exchange.hub.store.lock:
        repository = exchange.hub.store.repository(kind, repo_id)
        if repository.exists:
            content = json.dumps({"error": f"You already created this {kind} repo", "url": url}).encode()
            exchange.answer(409, content, {"Content-Type": "application/json"})
            return
        repository.create(asked.get("visibility") == "private", asked.get("sdk"))
    exchange.answer_json({"url": url, "name": repo_id, "id": repo_id})


def validate_yaml(exchange: Exchange) -> None:
    """`POST /api/validate-yaml`: the card's header."""
    asked = exchange.json()
    content = asked["content"]
    errors = []
    if content.startswith("---\n"):
        try:
            metadata = yaml.safe_load(content[4:].split("\n---", 1)[0])
            if not isinstance(metadata, dict | None):
                errors.append({"message": "the metadata is not a mapping"})
        except yaml.YAMLError as error:
            errors.append({"message": f"YAML: {error}"})
    if errors:
        exchange.answer(400, json.dumps({"errors": errors}).encode(), {"Content-Type": "application/json"})
        return
    exchange.answer_json({"errors": [], "warnings": []})


def info(exchange: Exchange, kinds: str, repo_id: str, revision: str = "main") -> None:
    """`GET /api/models/{id}` and `.../revision/{revision}`."""
    repository = exchange.repository(kinds, repo_id)
    commit = revision_of(repository, revision)
    siblings = [_sibling(path, stored, "blobs" in exchange.query) for path, stored in commit.files.items()]
    state = repository.state()
    values = {
        "_id": "0" * 24,
        "id": repo_id,
        "modelId": repo_id,
        "author": repo_id.split("/")[0],
        "sha": commit.id,
        "lastModified": commit.date,
        "createdAt": repository.history("main")[-1].date,
        "private": state["private"],
        "disabled": False,
        "gated": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "siblings": siblings,
        "cardData": _card_data(repository, commit),
    }
    if kinds == "spaces":
        values["sdk"] = state["sdk"]
    exchange.answer_json(values)


def _sibling(path: str, stored: StoredFile, with_blobs: bool) -> dict:
    values: dict[str, Any] = {"rfilename": path}
    if with_blobs:
        values |= {"size": stored.size, "blobId": stored.blob_id}
        if stored.sha256:
            values["lfs"] = {"size": stored.size, "sha256": stored.sha256, "pointerSize": 130}
    return values


def _card_data(repository: Repository, commit: Commit) -> dict | None:
    card = commit.files.get("README.md")
    if card is None or card.sha256 is not None:
        return None
    text = repository.read_blob(card).read_text(encoding="utf-8")
    return yaml.safe_load(text[4:].split("\n---", 1)[0]) if text.startswith("---\n") else None


def refs(exchange: Exchange, kinds: str, repo_id: str) -> None:
    """`GET .../refs`."""
    state = exchange.repository(kinds, repo_id).state()
    branches = [
        {"name": name, "ref": f"refs/heads/{name}", "targetCommit": commit}
        for name, commit in state["branches"].items()
    ]
    tags = [
        {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit} for name, commit in state["tags"].items()
    ]
    exchange.answer_json({"branches": branches, "tags": tags, "converts": []})


def create_branch(exchange: Exchange, kinds: str, repo_id: str, branch: str) -> None:
    """`POST .../branch/{name}`."""
    repository = exchange.repository(kinds, repo_id, write=True)
    start = (exchange.json() or {}).get("startingPoint", "main")
    _add_ref(exchange, repository, "branches", branch, start)


def create_tag(exchange: Exchange, kinds: str, repo_id: str, revision: str) -> None:
    """`POST .../tag/{revision}`."""
    repository = exchange.repository(kinds, repo_id, write=True)
    _add_ref(exchange, repository, "tags", exchange.json()["tag"], revision)


def _add_ref(exchange: Exchange, repository: Repository, kind: str, name: str, revision: str) -> None:
    with exchange.hub.store.lock:
        state = repository.state()
        if name in state[kind]:
            raise Refused(409, f"Reference already exists: {name}")
        state[kind][name] = revision_of(repository, revision).id
        repository.write_state(state)
    exchange.answer_json({})


def commits(exchange: Exchange, kinds: str, repo_id: str, revision: str) -> None:
    """`GET .../commits/{revision}`."""
    repository = exchange.repository(kinds, repo_id)
    revision_of(repository, revision)
    exchange.answer_json(
        [
            {"id": commit.id, "title": commit.title, "message": "", "date": commit.date, "authors": []}
            for commit in repository.history(revision)
        ]
    )


def tree(exchange: Exchange, kinds: str, repo_id: str, revision: str, folder: str = "") -> None:
    """`GET .../tree/{revision}/{folder}`, in pages."""
    commit = revision_of(exchange.repository(kinds, repo_id), revision)
    recursive = exchange.query.get("recursive", "").lower() in ("true", "1")
    entries = _entries(commit, folder.strip("/"), recursive)
    if folder.strip("/") and not entries:
        raise Refused(404, f"{folder} does not exist on {revision}", "EntryNotFound")
    start = int(exchange.query.get("cursor", 0))
    headers = {}
    if start + PAGE < len(entries):
        query = f"recursive={recursive}&expand=False&cursor={start + PAGE}"
        headers["Link"] = f'<{exchange.hub.url}{exchange.path}?{query}>; rel="next"'
    exchange.answer_json(entries[start : start + PAGE], headers)


def _entries(commit: Commit, folder: str, recursive: bool) -> list[dict]:
    prefix = f"{folder}/" if folder else ""
    entries: dict[str, dict] = {}
    for path, stored in commit.files.items():
        if not path.startswith(prefix):
            continue
        parts = path.removeprefix(prefix).split("/")
        for depth in range(1, len(parts)):
            name = prefix + "/".join(parts[:depth])
            entries.setdefault(name, {"type": "directory", "path": name, "oid": "0" * 40, "size": 0})
            if not recursive:
                break
        if recursive or len(parts) == 1:
            entries[path] = _file_entry(path, stored)
    return [entries[name] for name in sorted(entries)]


def _file_entry(path: str, stored: StoredFile) -> dict:
    entry: dict[str, Any] = {"type": "file", "path": path, "oid": stored.blob_id, "size": stored.size}
    if stored.sha256:
        entry["lfs"] = {"oid": stored.sha256, "size": stored.size, "pointerSize": 130}
    if stored.xet_hash:
        entry["xetHash"] = stored.xet_hash
    return entry


def paths_info(exchange: Exchange, kinds: str, repo_id: str, revision: str) -> None:
    """`POST .../paths-info/{revision}`; the paths come as a form or as JSON."""
    commit = revision_of(exchange.repository(kinds, repo_id), revision)
    body = exchange.body()
    if "json" in exchange.handler.headers.get("Content-Type", ""):
        paths = json.loads(body)["paths"]
    else:
        paths = parse_qs(body.decode())["paths"]
    found = []
    for path in paths:
        if path in commit.files:
            found.append(_file_entry(path, commit.files[path]))
        elif any(name.startswith(f"{path}/") for name in commit.files):
            found.append({"type": "directory", "path": path, "oid": "0" * 40, "size": 0})
    exchange.answer_json(found)


def preupload(exchange: Exchange, kinds: str, repo_id: str, revision: str) -> None:
    """`POST .../preupload/{revision}`: which files go the way of large ones."""
    repository = exchange.repository(kinds, repo_id, write=True)
    commit = revision_of(repository, revision)
    answers = []
    for file in exchange.json()["files"]:
        large = file["size"] > LARGE or file["path"].endswith(LARGE_SUFFIXES)
        stored = commit.files.get(file["path"])
        answers.append(
            {
                "path": file["path"],
                "uploadMode": "lfs" if large else "regular",
                "shouldIgnore": False,
                "oid": None if stored is None else stored.sha256 or stored.blob_id,
            }
        )
    exchange.answer_json({"files": answers})


def commit(exchange: Exchange, kinds: str, repo_id: str, revision: str) -> None:
    """`POST .../commit/{revision}`: all changes of one commit, a line of JSON each; all are made or none."""
    repository = exchange.repository(kinds, repo_id, write=True)
    current = revision_of(repository, revision)
    header: dict[str, Any] = {}
    added: dict[str, StoredFile] = {}
    deleted: list[str] = []
    for line in exchange.body().splitlines():
        item = json.loads(line)
        value = item["value"]
        if item["key"] == "header":
            header = value
        elif item["key"] == "file":
            try:
                content = base64.b64decode(value["content"], validate=True)
            except binascii.Error:
                raise Refused(400, f"{value['path']} is not base64") from None
            added[value["path"]] = repository.store_blob(content)
        elif item["key"] == "lfsFile":
            added[value["path"]] = _large_file(exchange, value["path"], value["oid"])
        elif item["key"] == "deletedFile":
            deleted.append(value["path"])
        elif item["key"] == "deletedFolder":
            deleted.append(value["path"].rstrip("/") + "/")
    if header.get("parentCommit", current.id) != current.id:
        raise Refused(412, "A commit has happened since. Please refresh and try again.")
    with exchange.hub.store.lock:
        if unquote(revision) not in repository.state()["branches"]:
            raise Refused(400, f"{revision} is not a branch")
        made = repository.commit(revision, header["summary"], added, deleted)
    url = f"{exchange.hub.url}/{'' if kinds == 'models' else kinds + '/'}{repo_id}/commit/{made.id}"
    exchange.answer_json({"success": True, "commitOid": made.id, "commitUrl": url, "hookOutput": ""})


def _large_file(exchange: Exchange, path: str, sha256: str) -> StoredFile:
    at = exchange.hub.store.object_path(sha256)
    if at.is_file():
        return lfs_file(sha256, at.stat().st_size)
    if exchange.hub.xet is not None and (found := exchange.hub.xet.find(sha256)):
        return lfs_file(sha256, found.size, found.hash)
    raise Refused(400, f"The file {path} was not uploaded: {sha256}")


def xet_token(exchange: Exchange, kinds: str, repo_id: str, access: str, revision: str) -> None:
    """`GET .../xet-write-token/{revision}`: where Xet storage is, and a token for it."""
    exchange.repository(kinds, repo_id, write=access == "write")
    if exchange.hub.xet is None:
        raise Refused(404, "This Hub has no Xet storage")
    in_an_hour = int(time.time()) + 3600
    values = {"accessToken": "xet", "exp": in_an_hour, "casUrl": exchange.hub.xet.address}
    headers = {
        "X-Xet-Access-Token": "xet",
        "X-Xet-Token-Expiration": str(in_an_hour),
        "X-Xet-Cas-Url": values["casUrl"],
    }
    exchange.answer_json(values, headers)
