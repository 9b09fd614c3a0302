"""`coterie serve` as a real process on loopback, called by the openai client, by our own endpoint and by rude ones."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import openai
import pytest
import small_team
from processes import coterie_serve

from coterie.adapters.openai_server import ServedSeat
from coterie.adapters.openai_server.protocol import ChatLine, ChatRequest
from coterie.agents import Expert, Language
from coterie.core import Decision
from coterie.environments import environments, make
from coterie.evaluation.minds import resolve_mind
from coterie.metrics import METRICS
from coterie.policies import CompactCodec
from coterie.policies.endpoint import EndpointPolicy, EndpointSettings
from coterie.policies.local import LocalPolicy, small_model
from coterie.policies.observation_codec import ObservationCodec
from coterie.rollout import gather, play

COTERIE = str(Path(sys.executable).with_name("coterie"))
HEARD = "at c1 r1 blocked south east lookout says north act"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_team.train(tmp_path_factory.mktemp("team") / "run")


@pytest.fixture(scope="module")
def served(models):
    """A trained team, decoding greedily, and the expert of the other world's seat."""
    seats = [word for seat in ("lookout", "courier") for word in ("--seat", f"{seat}={models / seat}@0")]
    with coterie_serve("lookout", "--set", "size=2", *seats) as server:
        yield server


@pytest.fixture(scope="module")
def client(served):
    with openai.OpenAI(base_url=served.url, api_key="none", max_retries=0, timeout=30) as found:
        yield found


def said(text):
    return [{"role": "user", "content": text}]


# ---- the protocol ---------------------------------------------------------------------------------------------------


def test_every_seat_is_a_model_with_an_example_that_it_answers(client):
    found = {model.id: model for model in client.models.list()}
    assert list(found) == ["lookout", "courier"]
    assert client.models.retrieve("courier").id == "courier"
    for name, model in found.items():
        assert model.world == "lookout-v1"
        assert "the words of its training" in model.understands
        words = client.chat.completions.create(model=name, messages=said(model.example))
        assert words.choices[0].finish_reason == "stop"
        acted = client.chat.completions.create(model=name, messages=said(model.example_observation))
        # The same situation, once in its own words and once as an observation.
        assert words.choices[0].message.content in acted.choices[0].message.content


def test_a_completion_holds_text_usage_token_ids_and_log_probabilities(client, models):
    done = client.chat.completions.create(
        model="courier", messages=said(HEARD), logprobs=True, extra_body={"return_token_ids": True}
    )
    choice = done.choices[0]
    policy = LocalPolicy.from_pretrained(models / "courier")
    assert choice.message.content == "north"
    assert choice.token_ids == [*policy.encode("north"), policy.stop_id]
    assert done.prompt_token_ids == list(policy.encode(HEARD))
    assert done.usage.prompt_tokens == len(HEARD.split())
    assert (done.usage.completion_tokens, done.usage.total_tokens) == (2, len(HEARD.split()) + 2)
    assert [token.token for token in choice.logprobs.content] == ["north", ""]
    assert all(-1 < token.logprob <= 0 for token in choice.logprobs.content)


@pytest.mark.parametrize("logprobs", [False, True])
def test_a_stream_brings_the_same_words_piece_by_piece(client, logprobs):
    asked = {"model": "courier", "messages": said(HEARD), "temperature": 50.0, "seed": 4, "max_tokens": 12}
    whole = client.chat.completions.create(**asked, logprobs=True)
    chunks = list(
        client.chat.completions.create(**asked, stream=True, logprobs=logprobs, stream_options={"include_usage": True})
    )
    *pieces, last = chunks
    assert pieces[0].choices[0].delta.role == "assistant"
    assert len(pieces) > 5  # at this temperature it babbles
    assert "".join(each.choices[0].delta.content or "" for each in pieces) == whole.choices[0].message.content
    assert pieces[-1].choices[0].finish_reason == whole.choices[0].finish_reason
    assert last.usage == whole.usage
    if logprobs:
        found = [token for each in pieces if each.choices[0].logprobs for token in each.choices[0].logprobs.content]
        assert [each.logprob for each in found] == pytest.approx(
            [each.logprob for each in whole.choices[0].logprobs.content], abs=1e-5
        )


def test_a_seed_repeats_an_answer_and_without_one_they_differ(client):
    def babble(**more):
        asked = {"model": "courier", "messages": said(HEARD), "temperature": 50.0, "max_tokens": 30}
        return client.chat.completions.create(**asked, **more).choices[0].message.content

    assert babble(seed=7) == babble(seed=7)
    assert len({babble() for _ in range(4)}) > 1
    many = client.chat.completions.create(
        model="courier", messages=said(HEARD), temperature=50.0, max_tokens=30, n=3, seed=7
    )
    assert [choice.index for choice in many.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in many.choices}) > 1
    assert many.choices[0].message.content == babble(seed=7)


def test_limits_stops_and_options_are_kept(client):
    asked = {"model": "courier", "messages": said(HEARD), "temperature": 50.0, "seed": 7}
    free = client.chat.completions.create(**asked, max_tokens=30).choices[0].message.content
    cut = client.chat.completions.create(**asked, max_tokens=3)
    assert cut.choices[0].finish_reason == "length"
    assert free.startswith(cut.choices[0].message.content)
    assert cut.usage.completion_tokens == 3
    stop = free.split()[3]
    for stream in (False, True):
        stopped = client.chat.completions.create(**asked, max_tokens=30, stop=[stop], stream=stream)
        text = (
            "".join(each.choices[0].delta.content or "" for each in stopped)
            if stream
            else stopped.choices[0].message.content
        )
        assert text == free[: free.index(stop)]
    # The likeliest word alone is what greedy decoding says, however hot.
    assert client.chat.completions.create(**asked, top_p=0.001).choices[0].message.content == "north"
    one_of = {"structured_outputs": {"choice": ["drop", "pick"]}}
    for seed in range(5):
        chosen = client.chat.completions.create(**asked | {"seed": seed}, extra_body=one_of)
        assert chosen.choices[0].message.content in ("drop", "pick")


def test_what_was_said_before_counts(client, models):
    """A chat in three requests is one conversation: the same words and probabilities as in this process."""
    policy = LocalPolicy.from_pretrained(models / "courier").at(0)
    from coterie.core import ActionSpec, ChatMessage, Choice

    words = ("north", "south", "east", "west", "pick", "drop", "wait")
    spec, conversation, chat = ActionSpec(move=Choice(words)), policy.open(0), []
    for text in (HEARD, "at c1 r0 blocked north east lookout says west act", "at c0 r0 lookout says drop act"):
        sample = asyncio.run(conversation.sample((ChatMessage("plain", text),), spec))
        chat += said(text)
        done = client.chat.completions.create(
            model="courier", messages=chat, logprobs=True, extra_body={"structured_outputs": {"choice": words}}
        )
        assert done.choices[0].message.content == sample.text
        found = [token.logprob for token in done.choices[0].logprobs.content]
        assert found == pytest.approx(sample.log_probs, abs=1e-4)
        chat.append({"role": "assistant", "content": sample.text})
    assert done.usage.prompt_tokens > 20


# ---- playing --------------------------------------------------------------------------------------------------------


def moves(episodes):
    return {episode.seed: [turn.action for turn in episode.turns] for episode in episodes}


def test_a_served_team_plays_as_it_does_in_this_process(served, models):
    asked = EndpointSettings(temperature=None, guided=True, token_ids=True, log_probs=True, max_tokens=7)
    seats = ("lookout", "courier")
    here = {
        seat: Language(LocalPolicy.from_pretrained(models / seat, seat, temperature=0), CompactCodec())
        for seat in seats
    }
    words = {seat: Language(EndpointPolicy(served.url, seat, asked), CompactCodec()) for seat in seats}
    seen = {seat: resolve_mind(f"{served.url}#{seat}@observations", seat, "lookout") for seat in seats}
    local, by_words, by_observations = (
        sorted(gather("lookout", minds, range(12), options={"size": 2}), key=lambda episode: episode.seed)
        for minds in (here, words, seen)
    )
    assert sum(episode.outcome["success"] for episode in local) >= 9
    assert moves(by_words) == moves(local)
    assert moves(by_observations) == moves(local)
    ours = [sample for episode in local for turn in episode.turns for sample in turn.samples]
    theirs = [sample for episode in by_words for turn in episode.turns for sample in turn.samples]
    for one, other in zip(ours, theirs, strict=True):
        assert one.token_ids == other.token_ids
        assert one.log_probs == pytest.approx(other.log_probs, abs=1e-3)
        assert other.fresh
    # Tokens are known, so that what a success costs is known too.
    assert METRICS["tokens_per_success"].compute(by_words).value > METRICS["tokens_per_success"].compute(local).value


class Through:
    """A mind whose every turn is a request of its own to a served seat, with all turns before it."""

    name = "through"

    def __init__(self, world, options):
        self.world, self.options = world, options

    def join(self, environment, agent, seed):
        seat, codec, chat = (
            ServedSeat(agent, Expert(), lambda: make(self.world, **self.options)),
            ObservationCodec(),
            [],
        )

        class Asking:
            async def act(self, observation):
                [(prompt, spec)] = codec.parts(observation)
                chat.append(ChatLine("user", prompt[0].content))
                answer = await seat.answer(ChatRequest("m", list(chat)), seed)
                chat.append(ChatLine("assistant", answer.text))
                return Decision(codec.parse([answer.text], spec))

            def close(self):
                pass

        return Asking()


PLANNERS = {"town_delivery-v1", "warehouse_lift-v1"}
"""Their experts take the plan from the running world, which whoever is behind a server cannot see."""


@pytest.mark.parametrize("world", sorted(set(environments()) - PLANNERS))
def test_the_experts_of_every_world_play_through_a_chat_as_they_do_here(world):
    through, here = Through(world, {}), Expert()
    agents = make(world).agents
    for seed in (3, 4):
        there, local = (play(world, dict.fromkeys(agents, mind), seed=seed, max_steps=12) for mind in (through, here))
        assert there.failure is None
        assert [turn.action for turn in there.turns] == [turn.action for turn in local.turns]


# ---- many, rude and mistaken callers --------------------------------------------------------------------------------


def test_many_clients_at_once_each_get_their_own_answer(client):
    words = ("north", "south", "east", "west", "pick", "drop")

    def ask(word):
        text = f"at c1 r1 lookout says {word} act"
        done = client.chat.completions.create(
            model="courier", messages=said(text), seed=1, temperature=9, logprobs=True
        )
        return word, done.choices[0].message.content, done.usage.prompt_tokens

    alone = [ask(word) for word in words]
    with ThreadPoolExecutor(24) as crowd:
        together = list(crowd.map(ask, words * 8))
    assert together == alone * 8


@pytest.mark.parametrize(
    ("change", "status", "found"),
    [
        ({"model": "pilot"}, 404, "there are lookout, courier"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "the last message is the agent's own"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "role"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, 400, "image_url"),
        ({"messages": said("")}, 400, "no tokens"),
        ({"temperature": -1}, 400, "temperature"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"max_tokens": 5000}, 400, "positions for"),
        ({"n": 99}, 400, "n"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "agents here have no tools"),
        ({"response_format": {"type": "json_object"}}, 400, "structured_outputs"),
        ({"top_p": 0}, 400, "top_p"),
        ({"top_logprobs": 5}, 400, "only the chosen tokens"),
        ({"extra_body": {"structured_outputs": {"choice": "north"}}}, 400, "choice"),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_an_error_that_the_client_understands(client, change, status, found, stream):
    asked = {"model": "courier", "messages": said(HEARD)} | change
    with pytest.raises(openai.APIStatusError) as caught:
        list(client.chat.completions.create(**asked, stream=stream))
    assert caught.value.status_code == status
    assert found in caught.value.body["message"]
    assert caught.value.body["type"] == "invalid_request_error"
    assert "Traceback" not in str(caught.value.body)


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/chat/completions", b"{", 400),
        ("POST", "/chat/completions", b"\xff\xfe", 400),
        ("POST", "/chat/completions", b"[" * 100_000, 400),
        ("POST", "/chat/completions", b'"' + b"x" * 5_000_000 + b'"', 413),
        ("GET", "/chat/completions", b"", 405),
        ("POST", "/models", b"{}", 405),
        ("GET", "/models/pilot", b"", 404),
        ("GET", "/../../etc/passwd", b"", 404),
        ("POST", "/embeddings", b"{}", 404),
    ],
    ids=lambda value: str(value)[:20],
)
def test_every_error_has_the_shape_of_openai(served, method, path, content, status):
    answer = httpx.request(method, served.url + path, content=content, trust_env=False)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert "Traceback" not in answer.text


def test_a_page_that_was_made_to_point_here_is_refused(served):
    answer = httpx.get(f"{served.url}/models", headers={"Host": "attacker.example"}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_host")


def test_callers_that_break_off_send_garbage_or_dawdle_disturb_nobody(served, client):
    parts = urlsplit(served.url)
    body = json.dumps({"model": "courier", "messages": said(HEARD), "stream": True, "max_tokens": 200}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    rude = [b"\x00\xff garbage\r\n\r\n", head[:40], head + body[:20], head + body, b"GET / HTTP/9.9\r\n\r\n", b""]
    sockets = []
    for sent in rude:
        caller = socket.create_connection((parts.hostname, parts.port), timeout=5)
        caller.sendall(sent)
        sockets.append(caller)
    assert client.chat.completions.create(model="courier", messages=said(HEARD)).choices[0].message.content == "north"
    for caller in sockets:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # cut, no goodbye
        caller.close()
    assert client.chat.completions.create(model="courier", messages=said(HEARD)).choices[0].message.content == "north"
    assert "Traceback" not in "".join(served.lines)


# ---- a model with a chat template, a token, and the end -------------------------------------------------------------


def chat_model(folder):
    """A model with random weights, a byte-level tokenizer and a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer, pieces.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    pieces.train_from_iterator(["north south east west"], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, eos_token="<|end|>", pad_token="<|end|>")
    tokenizer.chat_template = (
        "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + '<|end|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
    )
    model = small_model(len(tokenizer), context=6000)
    model.config.eos_token_id = model.generation_config.eos_token_id = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def open_house(tmp_path_factory):
    """A chat model that others may reach, if they know the token; and an expert."""
    folder = chat_model(tmp_path_factory.mktemp("chat") / "model")
    words = ("lookout", "--seat", f"courier={folder}", "--host", "0.0.0.0", "--timeout-s", "20")
    with coterie_serve(*words, environment={"COTERIE_SERVE_TOKEN": TOKEN}) as server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        yield server


def test_without_the_token_nothing_is_told(open_house):
    assert TOKEN not in "".join(open_house.lines)
    for key in ("none", TOKEN[:-1], TOKEN + "x"):
        with openai.OpenAI(base_url=open_house.url, api_key=key, max_retries=0) as stranger:
            with pytest.raises(openai.AuthenticationError):
                stranger.models.list()
            with pytest.raises(openai.AuthenticationError):
                stranger.chat.completions.create(model="courier", messages=said("hello"))
    assert httpx.get(f"{open_house.url}/models", trust_env=False).status_code == 401


def test_a_chat_model_streams_whole_characters_as_they_come(open_house):
    with openai.OpenAI(base_url=open_house.url, api_key=TOKEN, max_retries=0) as client:
        count = 0
        for seed in range(4):
            asked = {"model": "courier", "messages": said("hello"), "seed": seed, "max_tokens": 100}
            whole = client.chat.completions.create(**asked, logprobs=True).choices[0]
            chunks = list(client.chat.completions.create(**asked, stream=True))
            assert "".join(each.choices[0].delta.content or "" for each in chunks) == whole.message.content
            assert "".join(token.token for token in whole.logprobs.content) == whole.message.content
            count += len(chunks)
        assert count > 60
    with openai.OpenAI(base_url=open_house.url, api_key=TOKEN, max_retries=0) as client:
        told = said("hello"), [{"role": "system", "content": "You are a fish."}, *said("hello")]
        read = [client.chat.completions.create(model="courier", messages=chat, max_tokens=1).usage for chat in told]
    assert read[0].prompt_tokens > 300 > 40 > read[1].prompt_tokens  # unless told otherwise it is told its rules


def test_a_script_asks_for_observations_and_survives_wrong_ones(open_house):
    with openai.OpenAI(base_url=open_house.url, api_key=TOKEN, max_retries=0) as client:
        for text, code in (
            ("hello", "observation_expected"),
            ('{"spec": 3}', "observation_expected"),
            ('{"spec": {"speech": {"max_words": 6}}, "data": {"walls": "none"}}', None),
        ):
            with pytest.raises(openai.BadRequestError) as caught:
                client.chat.completions.create(model="lookout", messages=said(text))
            assert caught.value.body["code"] == code


@pytest.mark.parametrize("token", ["", "short"])
def test_beyond_loopback_a_token_is_demanded(token):
    done = subprocess.run(
        [COTERIE, "serve", "lookout", "--host", "0.0.0.0", "--port", "0"],
        capture_output=True, text=True, timeout=60, env={"COTERIE_SERVE_TOKEN": token, "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 2
    assert "expected one of at least 16 characters" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--seat", "courier=human"), "a person at seat courier"),
        (("--team", "."), "no model in ."),
        (("--host", "no.such.host.invalid", "--port", "0"), "COTERIE_SERVE_TOKEN"),
        (("--seat", "pilot=expert"), "no seat pilot"),
    ],
)
def test_what_cannot_be_served_is_one_line(words, found):
    done = subprocess.run([COTERIE, "serve", "lookout", *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert found in done.stderr


def test_a_port_that_is_taken_is_one_line(served):
    port = str(urlsplit(served.url).port)
    done = subprocess.run([COTERIE, "serve", "lookout", "--port", port], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "choose another with --port" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(how):
    with coterie_serve("lookout") as server:
        code, printed = server.end(how)
        assert "Traceback" not in printed
        assert code == (0 if how == signal.SIGINT else -how)
        assert printed.splitlines()[-1] == ("stopped" if how == signal.SIGINT else "Ctrl-C ends it")


def test_a_missing_package_is_one_line_that_installs_it():
    program = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from coterie.cli import main\n"
        "sys.argv = ['coterie', 'serve', 'lookout']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert 'pip install "coterie[serve]"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_ctrl_c_ends_it_even_while_somebody_listens(open_house):
    """The last test that uses this server."""
    heard, begun = [], threading.Event()
    asked = {"model": "courier", "messages": said("hello"), "stream": True, "max_tokens": 4000, "temperature": 9}

    def listen():
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{open_house.url}/chat/completions"
        try:
            for seed in range(50):
                with httpx.stream("POST", url, json=asked | {"seed": seed}, headers=headers, trust_env=False) as answer:
                    for line in answer.iter_lines():
                        heard.append(line)
                        begun.set()
        except httpx.HTTPError as error:
            heard.append(error)

    listener = threading.Thread(target=listen)
    listener.start()
    assert begun.wait(20)
    started = time.monotonic()
    code, printed = open_house.end()
    listener.join(20)
    assert time.monotonic() - started < 10
    assert isinstance(heard[-1], httpx.HTTPError)
    assert (code, printed.splitlines()[-1]) == (0, "stopped")
    assert "Traceback" not in printed
