"""Downloads from the test Hub: `/{id}/resolve/{revision}/{path}`, with ranges, ETags and redirects of large files."""

from __future__ import annotations

from urllib.parse import unquote

from support.hub_server.exchange import Exchange, Refused, revision_of


def resolve(exchange: Exchange, kinds: str, repo_id: str, revision: str, path: str) -> None:
    """A file of a repository; a large one is elsewhere, and the answer says where."""
    repository = exchange.repository(kinds.strip("/"), repo_id)
    commit = revision_of(repository, unquote(revision))
    stored = commit.files.get(unquote(path))
    if stored is None:
        raise Refused(404, "Entry not found", "EntryNotFound")
    headers = {"X-Repo-Commit": commit.id, "ETag": f'"{stored.sha256 or stored.blob_id}"'}
    if stored.sha256 is None:
        exchange.send_file(repository.read_blob(stored), headers)
        return
    headers |= {"X-Linked-Size": str(stored.size), "X-Linked-ETag": f'"{stored.sha256}"'}
    if stored.xet_hash and exchange.hub.xet is not None:
        kind = kinds.strip("/") or "models"
        refresh = f"{exchange.hub.url}/api/{kind}/{repo_id}/xet-read-token/{commit.id}"
        headers |= {"X-Xet-Hash": stored.xet_hash, "Link": f'<{refresh}>; rel="xet-auth"'}
    exchange.answer(302, headers={**headers, "Location": f"{exchange.hub.storage_url}/objects/{stored.sha256}"})


def large_object(exchange: Exchange, sha256: str) -> None:
    """The content of a large file, by a link that needs no token, as those of a content delivery network."""
    path = exchange.hub.store.object_path(sha256)
    if not path.is_file():
        raise Refused(404, "No such object")
    exchange.send_file(path, {"ETag": f'"{sha256}"'})
