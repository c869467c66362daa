"""Somebody else's sign-in: an OpenID provider on a port of this machine."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT = "portal-at-the-provider"
KEY = "a key that the provider alone knows and that is long enough"


class Provider:
    """Says of whoever comes what ``person`` holds."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.person: dict[str, Any] = {}

    def answer(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/person",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/token":
            return {"access_token": "x", "token_type": "Bearer", "id_token": self._token()}
        return self.person

    def _token(self) -> str:
        now = int(time.time())
        facts = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person}
        return jwt.encode(facts, KEY, "HS256")

    def settings(self) -> dict[str, Any]:
        app = {
            "client_id": CLIENT,
            "secret": "s",
            "name": "Elsewhere",
            "provider_id": "elsewhere",
            "settings": {"server_url": self.url},
        }
        return {"openid_connect": {"APPS": [app]}}

    def come_back(self, client: Any, begun: Any) -> Any:
        """What the browser does after the provider let her in."""
        state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
        back = "/accounts/oidc/elsewhere/login/callback/"
        return client.get(back, {"code": "code", "state": state})


@contextmanager
def running() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(provider.answer(urlsplit(self.path).path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
