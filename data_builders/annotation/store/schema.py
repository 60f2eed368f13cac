"""The tables of an annotation store."""

from __future__ import annotations

from ...files.database import DatabaseKind


class StoreError(ValueError):
    """A store that cannot be used as it was asked to; the message says why and what to do."""


_TABLES = """
CREATE TABLE annotators (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,            -- fingerprint
    instructions TEXT NOT NULL,
    server TEXT NOT NULL,
    temperature REAL,
    created_at REAL NOT NULL
);
CREATE TABLE sentences (
    number INTEGER PRIMARY KEY,      -- order of insertion
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    language TEXT,
    source TEXT,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
    worker TEXT,                     -- who is asking about it now
    batch INTEGER,                   -- the batch it was sent in, and the request in that batch
    request INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    reply TEXT,                      -- as the model wrote it
    truncated INTEGER NOT NULL DEFAULT 0,
    entities TEXT,                   -- as JSON, by the contract of replies
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    latency REAL,                    -- seconds to all replies about it, of a shared one its share
    error TEXT,
    annotator INTEGER,
    finished_at REAL
);
CREATE INDEX free_sentences ON sentences (number) WHERE state = 'pending' AND worker IS NULL AND batch IS NULL;
CREATE INDEX taken_sentences ON sentences (worker) WHERE worker IS NOT NULL;
CREATE INDEX sentences_by_state ON sentences (state, finished_at);
CREATE INDEX sentences_by_batch ON sentences (batch, request) WHERE batch IS NOT NULL;
CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE batches (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,      -- travels in the batch's metadata, so that a submitted batch can be found again
    state TEXT NOT NULL,             -- planned, uploaded, submitted, collected
    annotator INTEGER NOT NULL,
    worker TEXT,                     -- who is sending it now
    file_id TEXT,
    batch_id TEXT,
    requests INTEGER NOT NULL,
    most_prompt_tokens INTEGER NOT NULL,
    most_completion_tokens INTEGER NOT NULL,
    created_at REAL NOT NULL,
    error TEXT
);
-- What the store has cost, kept as a sum. It also counts what belongs to no sentence, such as probes.
CREATE TABLE usage (prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL);
INSERT INTO usage VALUES (0, 0);
"""

# A commit is safe from anything that ends the process. Only a power cut can undo the last ones, and none can damage
# the file; waiting for the disk at each would make a slow or busy one the limit of the speed.
ANNOTATION_STORE = DatabaseKind(
    title="annotation store",
    application_id=0x4E754E52,  # "NuNR"
    version=1,
    schema=_TABLES,
    error=StoreError,
)
