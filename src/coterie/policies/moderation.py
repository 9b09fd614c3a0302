"""A moderation endpoint as the judge of a `Moderate` guard."""

import os
from collections.abc import Callable

import msgspec

from coterie.core import ConfigError, PolicyError


class _Result(msgspec.Struct):
    flagged: bool
    categories: dict[str, bool] = {}


class _Answer(msgspec.Struct):
    results: list[_Result]


def moderation(
    base_url: str, model: str | None = None, *, timeout_s: float = 10.0, key_variable: str = "COTERIE_API_KEY"
) -> Callable[[str], str | None]:
    """Returns a judge that asks a server with the OpenAI moderation interface, and remembers its answers.

    The channel waits for each answer, so give it a server that is near; for the same text it is asked once.

    Args:
        base_url: such as `http://127.0.0.1:8000/v1`.
        model: its name there; None: the server's choice.
        timeout_s: longest wait for an answer.
        key_variable: the environment variable that holds the key, if the server wants one.

    Raises:
        ConfigError: the package httpx is missing.
    """
    try:
        import httpx
    except ImportError as error:
        raise ConfigError(
            'a moderation endpoint needs httpx; install it with: pip install "coterie[endpoint]"'
        ) from error
    url = base_url.rstrip("/").removesuffix("/moderations") + "/moderations"
    judged: dict[str, str | None] = {}

    def judge(text: str) -> str | None:
        if text not in judged:
            key = os.environ.get(key_variable, "").strip()
            body = {"input": text} | ({"model": model} if model else {})
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            response = httpx.post(url, json=body, headers=headers, timeout=timeout_s)
            if response.status_code != 200:
                raise PolicyError(f"{url}: status {response.status_code}, expected a moderation result")
            (result, *_) = msgspec.json.decode(response.content, type=_Answer).results
            named = ", ".join(sorted(name for name, holds in result.categories.items() if holds)) or "flagged"
            judged[text] = named if result.flagged else None
        return judged[text]

    return judge
