"""Keeps the board's posts in Redis and serves them as JSON."""

import os
import time
from pathlib import Path

import redis
from flask import Flask, jsonify, request

app = Flask(__name__)
database = redis.Redis(
    host=os.environ.get("DATABASE_HOST", "post_db"),
    password=Path(os.environ["DATABASE_PASSWORD_FILE"]).read_text().strip(),
    decode_responses=True,
    socket_timeout=3,
    socket_connect_timeout=3,
)


@app.errorhandler(redis.RedisError)
def database_unreachable(error):
    return jsonify(error=f"the database does not answer: {error}"), 503


@app.get("/healthz")
def health():
    return "ok"


@app.get("/posts")
def posts():
    newest = database.lrange("posts", 0, 49)
    return jsonify([database.hgetall(f"post:{number}") for number in newest])


@app.post("/posts")
def write():
    title = (request.get_json().get("title") or "").strip()
    if not title:
        return jsonify(error="a post needs a title"), 400
    number = database.incr("posts:last")
    database.hset(f"post:{number}", mapping={"id": number, "title": title[:200], "votes": 0, "time": int(time.time())})
    database.lpush("posts", number)
    return jsonify(id=number), 201


@app.post("/posts/<int:number>/votes")
def vote(number):
    if not database.exists(f"post:{number}"):
        return jsonify(error="no such post"), 404
    return jsonify(votes=database.hincrby(f"post:{number}", "votes", 1))
