import pytest

from coterie.agents import Expert, Human, Language, Random
from coterie.core import ConfigError
from coterie.environments import make
from coterie.evaluation.minds import resolve_mind

QWEN = "http://127.0.0.1:8000/v1#Qwen/tiny"


@pytest.mark.parametrize(("who", "kind"), [("random", Random), ("expert", Expert), ("human", Human)])
def test_a_short_name_is_somebody_known(who, kind):
    mind = resolve_mind(who, "courier", "lookout")
    assert type(mind) is kind
    assert mind.name == who


def test_a_chat_model_is_told_its_seat_and_the_rules_of_the_world():
    mind = resolve_mind(QWEN, "courier", "lookout")
    assert isinstance(mind, Language)
    assert (mind.name, mind.policy.url) == ("Qwen/tiny", "http://127.0.0.1:8000/v1/chat/completions")
    world = make("lookout")
    system = mind.codec.parts(world.reset(1).observations["lookout"])[0][0][0].content
    assert system.startswith("You are courier.\n\nLookout: one sees the map, one walks")


def test_seats_with_the_same_endpoint_share_its_policy_and_so_its_limit():
    policies = {}
    minds = [resolve_mind(QWEN, seat, "lookout", policies) for seat in ("lookout", "courier")]
    other = resolve_mind("http://127.0.0.1:8000/v1#other", "courier", "lookout", policies)
    assert minds[0].policy is minds[1].policy is not other.policy
    assert minds[0].codec.seat == "lookout"


@pytest.mark.parametrize(
    ("who", "part"),
    [
        ("nobody", "found 'nobody' for seat 'courier', expected random, expert, human"),
        ("http://127.0.0.1:8000/v1", "as in http://127.0.0.1:8000/v1#qwen"),
        ("http://user:secret@host/v1#m", "holds a password"),
    ],
)
def test_somebody_unknown_is_refused_with_what_was_expected(who, part):
    with pytest.raises(ConfigError, match=part) as caught:
        resolve_mind(who, "courier", "lookout")
    assert "secret" not in str(caught.value)
