"""What this manager knows of its swarm, without what changes by itself: printed as JSON."""

import hashlib
import http.client
import json
import socket


def ask(path):
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(10)
    connection.sock.connect("/var/run/docker.sock")
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(answer.read().decode())
    return json.loads(answer.read())


swarm, nodes = ask("/swarm"), ask("/nodes")
print(
    json.dumps(
        {
            "cluster": swarm["ID"],
            "spec": swarm["Spec"],
            "tokens": hashlib.sha256(json.dumps(swarm["JoinTokens"]).encode()).hexdigest(),
            "leaders": [n["Description"]["Hostname"] for n in nodes if (n.get("ManagerStatus") or {}).get("Leader")],
            "nodes": sorted([node["ID"], node["Spec"]] for node in nodes),
            "services": sorted(service["ID"] for service in ask("/services")),
            "configs": sorted(config["ID"] for config in ask("/configs")),
        }
    )
)
