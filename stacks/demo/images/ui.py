"""Shows the board, and says which replica on which node did."""

import os
import socket

import requests
from flask import Flask, jsonify, redirect, render_template_string, request

POST_URL = os.environ.get("POST_URL", "http://post:5000")
NODE = os.environ.get("NODE", "unknown")
REPLICA = os.environ.get("REPLICA", "?")

app = Flask(__name__)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dockyard board</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733; }
  form { display: inline; } ol { padding-left: 1.2rem; } li { margin: .4rem 0; }
  input[name=title] { width: 60%; padding: .4rem; } button { padding: .3rem .8rem; }
  footer { margin-top: 2rem; color: #5c6b7a; border-top: 1px solid #d5dde5; padding-top: .5rem; font-size: .9rem; }
</style>
</head>
<body>
<h1>dockyard board</h1>
<form method="post" action="/posts">
  <input name="title" placeholder="What is new?" required> <button>Post</button>
</form>
<ol>{% for post in posts %}
  <li>{{ post.title }} <small>({{ post.votes }})</small>
    <form method="post" action="/posts/{{ post.id }}/votes"><button>+1</button></form></li>
{% else %}<li>Nothing yet.</li>{% endfor %}</ol>
<footer>served by ui replica {{ replica }} ({{ host }}) on node {{ node }}</footer>
</body>
</html>
"""


@app.errorhandler(requests.RequestException)
def backend_unreachable(error):
    return f"the post service does not answer: {error}\n", 502


@app.after_request
def say_who_answered(answer):
    answer.headers["X-Served-By"] = f"{socket.gethostname()} on {NODE}"
    return answer


@app.get("/healthz")
def health():
    return "ok"


@app.get("/")
def board():
    answer = requests.get(f"{POST_URL}/posts", timeout=5)
    answer.raise_for_status()
    return render_template_string(PAGE, posts=answer.json(), replica=REPLICA, host=socket.gethostname(), node=NODE)


@app.get("/whoami")
def whoami():
    return jsonify(service="ui", replica=REPLICA, host=socket.gethostname(), node=NODE)


@app.post("/posts")
def write():
    answer = requests.post(f"{POST_URL}/posts", json={"title": request.form.get("title", "")}, timeout=5)
    answer.raise_for_status()
    return redirect("/", code=303)


@app.post("/posts/<int:number>/votes")
def vote(number):
    requests.post(f"{POST_URL}/posts/{number}/votes", timeout=5).raise_for_status()
    return redirect("/", code=303)
