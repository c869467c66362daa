"""Signing in with an account elsewhere: each provider is there once its client is set."""

from typing import Any

from environs import Env

# Where the browser is sent to; the policy of our pages lets forms lead there.
ORIGINS = {
    "google": "https://accounts.google.com",
    "microsoft": "https://login.microsoftonline.com",
    "openid_connect": "https://www.linkedin.com",
}


def providers(env: Env) -> dict[str, Any]:
    """What ``SOCIALACCOUNT_PROVIDERS`` wants, of the providers that the environment names."""
    known: dict[str, dict[str, Any]] = {
        "google": {
            "APPS": [_app(env, "GOOGLE")],
            "SCOPE": ["profile", "email"],
            "OAUTH_PKCE_ENABLED": True,
        },
        "microsoft": {
            "APPS": [_app(env, "MICROSOFT", tenant=env.str("MICROSOFT_TENANT", "common"))],
            "OAUTH_PKCE_ENABLED": True,
        },
        "openid_connect": {
            "APPS": [
                {
                    **_app(env, "LINKEDIN", server_url="https://www.linkedin.com/oauth"),
                    "provider_id": "linkedin",
                    "name": "LinkedIn",
                }
            ],
        },
    }
    return {name: facts for name, facts in known.items() if facts["APPS"][0]["client_id"]}


def _app(env: Env, name: str, **settings: str) -> dict[str, Any]:
    return {
        "client_id": env.str(f"{name}_CLIENT_ID", ""),
        "secret": env.str(f"{name}_CLIENT_SECRET", ""),
        "settings": settings,
    }


def origins(configured: dict[str, Any]) -> list[str]:
    return [ORIGINS[name] for name in configured]
