"""GET a path of the Engine API of the host this runs on, with nothing but Python's own library."""

import http.client
import socket
import sys

connection = http.client.HTTPConnection("engine")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect("/var/run/docker.sock")
connection.request("GET", sys.argv[1])
answer = connection.getresponse()
sys.stdout.write(answer.read().decode())
sys.exit(answer.status >= 400)
