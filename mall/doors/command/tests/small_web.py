"""A stand-in for the web process: answers ``/healthz`` with its number and nothing else."""

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"pid": os.getpid()}).encode())

    def log_message(self, format: str, *args: object) -> None: ...


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), _Answer, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=int(os.environ["MALL_WEB_SOCKET"]))
    server.server_activate()
    server.serve_forever()
