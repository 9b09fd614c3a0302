import asyncio
import json
import random
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coterie.agents import Expert, Language
from coterie.core import ActionSpec, ChatMessage, Choice, ConfigError, PolicyError, decode_episode, encode_episode
from coterie.metrics.tokens import Price, cost_per_success
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.endpoint import EndpointPolicy, EndpointSettings
from coterie.rollout import gather, play

NORTH = ActionSpec(move=Choice(("north",)))
QUICK = EndpointSettings(retries=3, first_wait_s=0.01, longest_wait_s=0.2, timeout_s=0.5)


def completion(text, finish="stop", **more):
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return json.dumps({"choices": [choice | more], "usage": usage}).encode()


def obey(body):
    """What a model would answer that does what the lookout says."""
    heard = body["messages"][-1]["content"].partition('lookout said: "')[2].partition('"')[0]
    return completion(json.dumps({"move": heard}))


class Trouble(ThreadingHTTPServer):
    """A chat server on loopback that misbehaves on demand: `plan` says what to do with each request in turn."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, plan, answer):
        self.plan, self.answer = list(plan), answer
        self.bodies, self.headers, self.times = [], [], []
        self.running = self.most_running = 0
        self.lock, self.closing = threading.Lock(), threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        pass  # a client that gave up on a hanging answer is part of the tests


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or each answer waits for an acknowledgement

    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.bodies.append(body)
            server.headers.append(dict(self.headers))
            server.times.append(time.monotonic())
            server.running += 1
            server.most_running = max(server.most_running, server.running)
            what = server.plan.pop(0) if server.plan else "ok"
        if callable(what):
            what = what(body)
        self.act(what, body)
        with server.lock:
            server.running -= 1

    def act(self, what, body):
        match what:
            case "ok":
                self.send(200, self.server.answer(body))
            case "slow":
                time.sleep(0.05)
                self.send(200, self.server.answer(body))
            case "hang":
                self.server.closing.wait(20)
            case "trickle":
                self.send_response(200)
                self.send_header("Content-Length", "10000")
                self.end_headers()
                while not self.server.closing.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            case "half":
                content = self.server.answer(body)
                self.send(200, content[: len(content) // 2], len(content))
                self.close_connection = True
            case "slam":
                self.close_connection = True
            case bytes():
                self.send(200, what)
            case status, headers:
                self.send(status, b'{"error": "no"}', headers=headers)
            case status:
                self.send(status, f"error {self.headers.get('Authorization')}".encode())

    def send(self, status, content, length=None, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def serving(*plan, answer=obey):
    server = Trouble(plan, answer)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def courier(server, settings=QUICK):
    return {
        "lookout": Expert(),
        "courier": Language(EndpointPolicy(server.url, "tiny", settings), ChatCodec(seat="courier")),
    }


def ask(policy, *texts, seed=1):
    """Has a short chat and returns the samples."""

    async def chat():
        conversation = policy.open(seed)
        prompts = [(ChatMessage("system", "be brief"), ChatMessage("user", text)) for text in texts]
        return [await conversation.sample(prompt, NORTH) for prompt in prompts]

    return asyncio.run(chat())


@pytest.mark.parametrize(
    "trouble",
    [
        500,
        503,
        (429, [("Retry-After", "0.1")]),
        "hang",
        "trickle",
        "half",
        "slam",
        b"<html>garbage</html>",
        b'{"choices": []}',
        b"\xff\xfe\x00",
    ],
    ids=str,
)
def test_a_trouble_that_passes_costs_a_new_try_and_nothing_else(trouble):
    with serving(trouble) as server:
        minds = courier(server)
        episode = play("lookout", minds, seed=1)
        assert episode.failure is None
        assert episode.outcome["success"] is True
        usage = minds["courier"].policy.usage
        turns = len(episode.turns_of("courier"))
        assert (usage.retries, usage.answers, usage.unmetered) == (1, turns, 0)
        assert (usage.prompt_tokens, usage.completion_tokens) == (7 * turns, 3 * turns)
        assert server.bodies[0] == server.bodies[1]


def test_what_an_answer_cost_stands_on_its_sample_and_makes_the_price_of_a_success():
    with serving() as server:
        minds = courier(server)
        played = list(gather("lookout", minds, range(6)))
        samples = [sample for episode in played for turn in episode.turns for sample in turn.samples]
        assert {(each.prompt_tokens, each.completion_tokens) for each in samples} == {(7, 3)}
        price = {minds["courier"].policy.name: Price(read_usd=2.0, written_usd=10.0)}
        paid = cost_per_success(price).compute(played)
        successes = sum(episode.outcome["success"] for episode in played)
        assert paid.value == pytest.approx((7 * 2.0 + 3 * 10.0) * len(samples) / 1e6 / successes)
        again = decode_episode(encode_episode(played[0]))
        assert again.turns == played[0].turns


@pytest.mark.parametrize(
    ("trouble", "found", "requests"),
    [
        (500, "status 500", 4),
        ((429, [("Retry-After", "9999")]), "status 429", 4),
        ("hang", "no answer within 0.5 s", 4),
        ("half", "RemoteProtocolError", 4),
        (b"<html>", "a body that is no chat completion", 4),
        (401, "status 401", 1),
        (404, "status 404", 1),
        ((302, [("Location", "http://127.0.0.1:1/")]), "status 302", 1),
    ],
    ids=str,
)
def test_a_trouble_that_stays_ends_its_episode_and_no_other(trouble, found, requests):
    with serving(answer=obey) as server:
        # What the courier sees first tells the episodes apart, so that the trouble follows some of them.
        first = play("lookout", {"lookout": Expert(), "courier": Expert()}, seed=2).turns_of("courier")[0]
        marked = first.observation.text
        server.plan = [lambda body: trouble if marked in body["messages"][1]["content"] else "ok"] * 500
        episodes = {episode.seed: episode for episode in gather("lookout", courier(server), range(1, 5))}
        hit = {seed for seed, episode in episodes.items() if episode.failure}
        assert 2 in hit
        assert len(hit) < 4
        for seed in set(episodes) - hit:
            assert episodes[seed].outcome["success"] is True
        failure = episodes[2].failure
        assert (failure.boundary, failure.agent) == ("policy", "courier")
        assert found in failure.error
        assert "expected a chat completion" in failure.error
        assert len([body for body in server.bodies if marked in body["messages"][1]["content"]]) == requests * len(hit)


def test_nobody_listening_is_a_recorded_failure():
    with serving() as server:
        gone = server.url
    policy = EndpointPolicy(gone, "tiny", QUICK)
    episode = play("lookout", {"lookout": Expert(), "courier": Language(policy, ChatCodec())}, seed=1)
    assert episode.failure.boundary == "policy"
    assert "ConnectError" in episode.failure.error
    assert "in 4 tries" in episode.failure.error
    assert len(episode.turns_of("lookout")) == 1


def test_the_wait_the_server_asks_for_is_kept():
    with serving((429, [("Retry-After", "0.15")])) as server:
        ask(EndpointPolicy(server.url, "tiny", QUICK), "hello")
        assert server.times[1] - server.times[0] >= 0.15


def test_waits_double_and_are_shortened_by_a_seeded_jitter(monkeypatch):
    waits = []

    async def note(wait_s):
        waits.append(wait_s)

    with serving(500, 500, 500, 500) as server:
        policy = EndpointPolicy(server.url, "tiny", EndpointSettings(retries=4, first_wait_s=1.0, longest_wait_s=6.0))
        monkeypatch.setattr(asyncio, "sleep", note)
        ask(policy, "hello", seed=5)
    luck = random.Random("5 waits")
    assert waits == [min(6.0, 2**attempt * (1 - luck.random() / 2)) for attempt in range(4)]
    assert waits[0] < waits[1] < waits[2] < waits[3] <= 6.0


def test_no_more_requests_are_on_their_way_than_allowed():
    with serving(*["slow"] * 400) as server:
        settings = EndpointSettings(at_once=3, timeout_s=20)
        episodes = list(gather("lookout", courier(server, settings), range(12)))
        assert all(episode.outcome["success"] for episode in episodes)
        assert server.most_running == 3


def test_waiting_for_a_place_does_not_count_as_waiting_for_the_server():
    async def crowd(policy):
        prompt = (ChatMessage("user", "hello"),)
        await asyncio.gather(*(policy.open(seed).sample(prompt, NORTH) for seed in range(24)))

    with serving(*["slow"] * 24, answer=lambda body: completion("x")) as server:
        policy = EndpointPolicy(server.url, "tiny", EndpointSettings(at_once=1, timeout_s=0.6))
        started = time.monotonic()
        asyncio.run(crowd(policy))
        assert time.monotonic() - started > 0.6
        assert (policy.usage.answers, policy.usage.retries) == (24, 0)


def test_a_request_holds_the_chat_so_far_and_one_system_message():
    with serving(answer=lambda body: completion(f"answer {len(body['messages'])}")) as server:
        samples = ask(EndpointPolicy(server.url, "tiny", QUICK), "one", "two")
        assert [sample.text for sample in samples] == ["answer 2", "answer 4"]
        assert server.bodies[1]["messages"] == [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "answer 2"},
            {"role": "user", "content": "two"},
        ]
        assert {key: server.bodies[0][key] for key in ("model", "temperature", "max_tokens")} == {
            "model": "tiny",
            "temperature": 1.0,
            "max_tokens": 256,
        }


def test_an_empty_answer_and_an_answer_that_never_came_leave_no_gap_in_the_chat():
    with serving(answer=lambda body: completion(None)) as server:
        ask(EndpointPolicy(server.url, "tiny", QUICK), "one", "two")
        assert server.bodies[1]["messages"][1:] == [{"role": "user", "content": "one\n\ntwo"}]


def test_the_same_seed_sends_the_same_seeds_and_extra_fields_have_the_last_word():
    settings = EndpointSettings(
        extra={"max_tokens": None, "max_completion_tokens": 9}, temperature=None, log_probs=True
    )
    with serving(answer=lambda body: completion("x")) as server:
        policy = EndpointPolicy(server.url, "tiny", settings)
        for seed in (3, 3, 4):
            ask(policy, "one", "two", seed=seed)
        seeds = [body["seed"] for body in server.bodies]
        assert seeds[:2] == seeds[2:4] != seeds[4:]
        assert len(set(seeds)) == 4
        assert set(server.bodies[0]) == {"model", "messages", "seed", "logprobs", "max_completion_tokens"}
        ask(EndpointPolicy(server.url, "tiny", EndpointSettings(seeded=False)), "one")
        assert "seed" not in server.bodies[-1]


def test_log_probabilities_and_a_cut_answer_are_kept():
    logs = {"content": [{"token": "no", "logprob": -0.5}, {"token": "rth", "logprob": -0.25}]}
    with serving(answer=lambda body: completion("north", "length", logprobs=logs)) as server:
        (sample,) = ask(EndpointPolicy(server.url, "tiny", QUICK, name="cloud"), "one")
    assert (sample.policy, sample.finish, sample.log_probs) == ("cloud", "length", (-0.5, -0.25))


def test_cost_is_known_only_when_every_answer_was_metered():
    priced = EndpointSettings(prompt_price_usd=2.0, completion_price_usd=10.0)
    with serving(answer=lambda body: completion("x")) as server:
        policy = EndpointPolicy(server.url, "tiny", priced)
        ask(policy, "one", "two")
        assert policy.cost_usd == pytest.approx((14 * 2.0 + 6 * 10.0) / 1e6)
        server.answer = lambda body: b'{"choices": [{"message": {"content": "x"}}]}'
        ask(policy, "three")
        assert (policy.usage.unmetered, policy.cost_usd) == (1, None)
        assert EndpointPolicy(server.url, "tiny").cost_usd is None


def test_the_key_goes_to_the_server_and_into_no_record(monkeypatch):
    monkeypatch.setenv("COTERIE_API_KEY", "sk-secret-1")
    with serving() as server:
        minds = courier(server)
        good = play("lookout", minds, seed=1)
        assert {headers["Authorization"] for headers in server.headers} == {"Bearer sk-secret-1"}
        server.plan = [403]  # this answer repeats the key
        bad = play("lookout", minds, seed=1)
    assert "status 403 ('error Bearer ***')" in bad.failure.error
    assert b"sk-secret-1" not in encode_episode(good) + encode_episode(bad)
    assert "sk-secret-1" not in repr(vars(minds["courier"].policy))


def test_no_key_is_sent_when_none_is_set(monkeypatch):
    monkeypatch.delenv("COTERIE_API_KEY", raising=False)
    with serving() as server:
        ask(EndpointPolicy(server.url, "tiny", QUICK), "one")
        assert "Authorization" not in server.headers[0]


def test_a_decision_that_runs_out_of_time_lets_the_chat_go_on():
    with serving("hang") as server:
        minds = courier(server, EndpointSettings(timeout_s=30))
        episode = play("lookout", minds, seed=1, timeout_s=0.4)
        assert episode.failure is None
        assert episode.turns_of("courier")[0].rejections[0].code == "timeout"
        roles = [message["role"] for message in server.bodies[1]["messages"]]
        assert roles == ["system", "user"]  # both user messages in one, so that roles keep alternating


def test_a_policy_serves_one_event_loop_after_another_and_closes_its_connections():
    with serving() as server, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        minds = courier(server)
        for seed in (1, 2, 3):
            assert play("lookout", minds, seed=seed).outcome["success"] is True
        assert minds["courier"].policy.connection._lines == {}


@pytest.mark.parametrize(
    ("url", "model", "part"),
    [
        ("ftp://host/v1", "m", "expected one like"),
        ("host:8000", "m", "expected one like"),
        ("http://me:secret@host/v1", "m", "holds a password"),
        ("http://host/v1", "", "no model is named"),
    ],
)
def test_an_address_that_cannot_work_is_refused_at_once(url, model, part):
    with pytest.raises(ConfigError, match=part) as caught:
        EndpointPolicy(url, model)
    assert "secret" not in str(caught.value)


def test_a_missing_package_gives_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ConfigError, match=r'pip install "coterie\[endpoint\]"'):
        EndpointPolicy("http://127.0.0.1:8000/v1", "m")


def test_a_refused_request_is_a_policy_error_that_says_what_to_check():
    with serving(400) as server, pytest.raises(PolicyError, match="check address, model, key and settings"):
        ask(EndpointPolicy(server.url, "tiny", QUICK), "one")
