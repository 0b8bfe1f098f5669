"""A stand-in for the web process: answers ``/healthz`` with its number and nothing else."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"pid": os.getpid()}).encode())

    def log_message(self, format: str, *args: object) -> None: ...


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ["MALL_PORT"])), _Answer).serve_forever()
