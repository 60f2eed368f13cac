"""Leases: which process is asking about a sentence, and whether that process still runs."""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import time

import psutil

LEASE_SECONDS = 120.0
"""A worker that has not renewed its lease for so long counts as ended."""

HEARTBEAT_SECONDS = 20.0
"""How often a worker renews its lease."""

# Workers of this very process: a process id alone cannot tell them from those of an earlier process that had the same.
_OWN: set[str] = set()


_CLOCK_TOLERANCE = 86_400.0  # seconds by which the clocks of two machines may differ


def join(connection: sqlite3.Connection) -> str:
    """Enter a new worker into the store and return its id."""
    worker = secrets.token_hex(8)
    renew(connection, worker)
    return worker


def renew(connection: sqlite3.Connection, worker: str) -> bool:
    """Prolong the lease of a worker, and enter it again where others took it for ended while it was suspended.

    Returns:
        Whether it still had its lease, and with it what it had claimed.
    """
    expires_at = time.time() + LEASE_SECONDS
    kept = connection.execute("UPDATE workers SET expires_at = ? WHERE id = ?", (expires_at, worker)).rowcount == 1
    if not kept:
        _OWN.add(worker)
        row = (worker, socket.gethostname(), os.getpid(), expires_at)
        connection.execute("INSERT INTO workers VALUES (?, ?, ?, ?)", row)
    return kept


def leave(connection: sqlite3.Connection, worker: str) -> None:
    """Take a worker out of the store; what it held is free again."""
    for table in ("sentences", "batches"):
        connection.execute(f"UPDATE {table} SET worker = NULL WHERE worker = ?", (worker,))
    connection.execute("DELETE FROM workers WHERE id = ?", (worker,))
    _OWN.discard(worker)


def remove_ended(connection: sqlite3.Connection) -> None:
    """Free what workers held whose process has ended or whose lease has run out, or that nobody knows any more."""
    for worker in ended(connection):
        leave(connection, worker)
    for table in ("sentences", "batches"):
        connection.execute(
            f"UPDATE {table} SET worker = NULL WHERE worker IS NOT NULL AND worker NOT IN (SELECT id FROM workers)"
        )


def ended(connection: sqlite3.Connection) -> list[str]:
    """Return the workers whose process has ended or whose lease has run out."""
    now = time.time()
    rows = connection.execute("SELECT id, host, pid, expires_at FROM workers").fetchall()
    return [
        worker
        for worker, host, pid, expires_at in rows
        # One that ends in days was written by a clock that has been set right since.
        if not now <= expires_at <= now + LEASE_SECONDS + _CLOCK_TOLERANCE or _has_ended(worker, host, pid)
    ]


def _has_ended(worker: str, host: str, pid: int) -> bool:
    """Tell whether a worker has ended; of one on another machine that is not known until its lease ends."""
    if host != socket.gethostname():
        return False
    if pid == os.getpid():
        return worker not in _OWN
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # nobody has asked yet how it ended
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
