"""All state of the simulator, in one SQLite file, so that a restart loses nothing.

A resource is stored as the JSON the API answers with. Whatever is stored is checked against Google's
schema first; that is why lists need not check every element again.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from sandbox.compute_api import description

Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS resource (
    collection TEXT, project TEXT, scope TEXT, name TEXT, body BLOB,
    PRIMARY KEY (collection, project, scope, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effect (operation TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS request (project TEXT, id TEXT, operation BLOB, PRIMARY KEY (project, id));
CREATE TABLE IF NOT EXISTS project (name TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS account (email TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, email TEXT, expires REAL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER);
"""

_SCHEMA = {
    "addresses": "Address",
    "disks": "Disk",
    "firewalls": "Firewall",
    "images": "Image",
    "instances": "Instance",
    "networks": "Network",
    "operations": "Operation",
    "subnetworks": "Subnetwork",
}


class Store:
    """Resources by collection, project, scope (`zones/Z`, `regions/R`, `global`) and name.

    One connection, guarded by one lock: `with store.transaction():` makes several steps one.
    """

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._depth = 0
        self._db.executescript(_TABLES)
        self._db.execute("PRAGMA journal_mode = WAL")
        # A crash of the simulator loses nothing; a crash of the whole machine may lose the last writes.
        self._db.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody in between. May be nested."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def begin_counter(self, counter: str, after: int) -> None:
        """Let a counter that has not been used yet begin after a number."""
        with self.transaction():
            self._db.execute("INSERT OR IGNORE INTO counter VALUES (?, ?)", (counter, after))

    def next_number(self, counter: str) -> int:
        """1, 2, 3, ... for each counter."""
        with self.transaction():
            row = self._db.execute("SELECT value FROM counter WHERE name = ?", (counter,)).fetchone()
            value = (row[0] if row else 0) + 1
            self._db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (counter, value))
            return value

    def next_id(self) -> str:
        """An id no other resource has, in the API's form (a string of digits)."""
        return str(1_000_000_000_000_000_000 + 7_919 * self.next_number("id"))

    # -- resources -----------------------------------------------------------------------------

    def put(self, collection: str, project: str, scope: str, body: Json) -> Json:
        """Store a resource under its name, after a check against Google's schema."""
        self.put_many(collection, project, scope, [body])
        return body

    def put_many(self, collection: str, project: str, scope: str, bodies: Iterable[Json]) -> None:
        """Store many resources at once."""
        schemas = description.load().schemas
        rows = []
        for body in bodies:
            schemas.check(_SCHEMA[collection], body)
            rows.append((collection, project, scope, body["name"], orjson.dumps(body)))
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?)", rows)

    def get(self, collection: str, project: str, scope: str, name: str) -> Json | None:
        """One resource, or None."""
        where = "collection = ? AND project = ? AND scope = ? AND name = ?"
        rows = self._rows(f"SELECT body FROM resource WHERE {where}", (collection, project, scope, name))  # noqa: S608
        return orjson.loads(rows[0][0]) if rows else None

    def remove(self, collection: str, project: str, scope: str, name: str) -> None:
        """Forget a resource."""
        where = "collection = ? AND project = ? AND scope = ? AND name = ?"
        with self.transaction():
            self._db.execute(f"DELETE FROM resource WHERE {where}", (collection, project, scope, name))  # noqa: S608

    def after(
        self, collection: str, project: str, scope: str | None, position: tuple[str, str], limit: int
    ) -> list[tuple[str, Json]]:
        """Up to `limit` resources, as (scope, body), that come after a (scope, name).

        `scope` limits them to one scope; None means all of the project.
        """
        sql = "SELECT scope, body FROM resource WHERE collection = ? AND project = ? AND (scope, name) > (?, ?)"
        values: list[Any] = [collection, project, *position]
        if scope is not None:
            sql += " AND scope = ?"
            values.append(scope)
        rows = self._rows(f"{sql} ORDER BY scope, name LIMIT ?", (*values, limit))
        return [(row[0], orjson.loads(row[1])) for row in rows]

    def all(self, collection: str, project: str, scope: str | None = None) -> list[Json]:
        """Every resource of a collection."""
        return [body for _, body in self.after(collection, project, scope, ("", ""), -1)]

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # -- small records: projects, accounts, tokens, requests, effects -----------------------------

    def put_project(self, name: str, body: Json) -> None:
        """Declare a project."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO project VALUES (?, ?)", (name, orjson.dumps(body)))

    def project(self, name: str) -> Json | None:
        """A project's record, or None."""
        rows = self._rows("SELECT body FROM project WHERE name = ?", (name,))
        return orjson.loads(rows[0][0]) if rows else None

    def projects(self) -> dict[str, Json]:
        """All projects by name."""
        return {name: orjson.loads(body) for name, body in self._rows("SELECT name, body FROM project", ())}

    def put_account(self, email: str, body: Json) -> None:
        """Remember a service account (its public key) or a user (the refresh token)."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO account VALUES (?, ?)", (email, orjson.dumps(body)))

    def account(self, email: str) -> Json | None:
        """An account's record, or None."""
        rows = self._rows("SELECT body FROM account WHERE email = ?", (email,))
        return orjson.loads(rows[0][0]) if rows else None

    def put_token(self, token: str, email: str, expires: float) -> None:
        """Remember an access token; `expires` in seconds since the epoch."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO token VALUES (?, ?, ?)", (token, email, expires))

    def token(self, token: str) -> tuple[str, float] | None:
        """The account and the expiry of an access token, or None."""
        rows = self._rows("SELECT email, expires FROM token WHERE token = ?", (token,))
        return rows[0] if rows else None

    def put_request(self, project: str, request_id: str, operation: Json) -> None:
        """Remember which operation a `requestId` started."""
        with self.transaction():
            row = (project, request_id, orjson.dumps(operation))
            self._db.execute("INSERT OR REPLACE INTO request VALUES (?, ?, ?)", row)

    def request(self, project: str, request_id: str) -> Json | None:
        """What `put_request` remembered, or None."""
        rows = self._rows("SELECT operation FROM request WHERE project = ? AND id = ?", (project, request_id))
        return orjson.loads(rows[0][0]) if rows else None

    def put_effect(self, operation: str, effect: Json) -> None:
        """Remember what an unfinished operation still has to do."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO effect VALUES (?, ?)", (operation, orjson.dumps(effect)))

    def remove_effect(self, operation: str) -> None:
        """The operation is done."""
        with self.transaction():
            self._db.execute("DELETE FROM effect WHERE operation = ?", (operation,))

    def effects(self) -> dict[str, Json]:
        """What unfinished operations still have to do, by operation name."""
        return {name: orjson.loads(body) for name, body in self._rows("SELECT operation, body FROM effect", ())}
