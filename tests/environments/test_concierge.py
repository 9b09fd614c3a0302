"""The booking desk: tools on a real store, policies that are watched, wishes that are judged by code."""

import pickle
import random

import pytest

from coterie.agents import Expert
from coterie.core import Action, Chance, Form, Utterance
from coterie.environments import make
from coterie.environments.text.dialogue.concierge.city import build_city
from coterie.environments.text.dialogue.concierge.goals import KINDS, PERSONAS, Goal
from coterie.environments.text.dialogue.concierge.judging import Judge
from coterie.environments.text.dialogue.concierge.policies import POLICIES
from coterie.environments.text.dialogue.concierge.store import Store, first_rows
from coterie.environments.text.dialogue.concierge.tools import Desk
from coterie.rollout import play
from coterie.testing.driving import written

ID = "concierge-v1"
NUMBER = 3


def desk(domains=3):
    city = build_city(NUMBER, domains, 4, 4)
    return Desk(city, Store(first_rows(city)))


def at_the_desk(goal, people="anybody", seed=0, **options):
    """A world whose only wish is `goal`, a function of the city and the user, with the user's first words said."""
    world = make(ID, policies=6, **options)
    world.reset(seed, Chance(seed, fixed={"city": NUMBER}))
    world.judge = Judge([goal(world.city, world.user)], world.city, world.user)
    return world, world.step({"user": said(people, "talk")})


def said(text, move="say"):
    return Action(move, (Utterance(text),))


def call(world, *lines):
    """Runs tools one after another and returns what the last one answered."""
    for line in lines:
        step = world.step({"assistant": Action(line)})
    return step


def talk(world, assistant, user=None):
    step = world.step({"assistant": said(assistant)})
    return step if user is None else world.step({"user": said(user, "talk")})


def broken(world, *lines):
    return [
        event.data["policy"] for line in lines for event in call(world, line).events if event.kind == "policy_violation"
    ]


def outcome(world):
    """How it is judged when the user leaves now; where it is the assistant's turn, it passes it in silence."""
    step = world.step({"user": Action("leave")})
    return (world.step({"user": Action("leave")}) if step.observations else step).events[-1].data


def newest(world):
    """The code of the reservation that was made last."""
    return list(world.store.reservations())[-1]


def mine(world, place):
    return [row for row in world.city.reservations.values() if row.holder == world.user][place]


# ---- the store and the tools ----------------------------------------------------------------------------------------


def test_a_booking_takes_places_and_a_cancellation_gives_them_back():
    tools = desk()
    (venue, day, time), free = next((slot, free) for slot, free in tools.city.free.items() if free == 8)
    holder = next(iter(tools.city.pins))
    booked = tools.call(f"book {venue} {day} {time} 6 {holder}")
    assert booked.done
    assert (day, time, free - 6) in tools.store.free(venue)
    assert not tools.call(f"book {venue} {day} {time} 3 {holder}").done
    assert tools.call(f"cancel {booked.data['code']}").done
    assert (day, time, free) in tools.store.free(venue)
    assert tools.store.reservations() == tools.city.reservations


def test_a_change_without_room_changes_nothing():
    tools = desk()
    row = next(iter(tools.city.reservations.values()))
    before = tools.store.rows()
    assert tools.call(f"change {row.code} {row.day} {row.time} 12").text.startswith("error")
    assert tools.store.rows() == before


@pytest.mark.parametrize(
    "line",
    [
        "",
        "dance",
        "say hello",
        "search",
        "search palace",
        "search restaurant purple",
        "search restaurant 99",
        "search restaurant \u0663",
        "show bella'; drop table venues; --",
        "book bella friday 19:00 two lee",
        "cancel",
        "verify r100 lee' or '1'='1 0",
        "change r1 x y 3",
        "find \x00",
    ],
)
def test_a_call_that_makes_no_sense_is_answered_by_an_error(line):
    tools = desk()
    before = tools.store.rows()
    found = tools.call(line)
    assert not found.done
    assert found.text.startswith("error")
    assert tools.store.rows() == before


def test_a_search_lists_what_fits_and_says_what_is_full():
    tools = desk(1)
    for venue in tools.city.venues.values():
        for (name, day, time), free in tools.city.free.items():
            if name == venue.name:
                found = tools.call(f"search restaurant {venue.price} {venue.place} {venue.style} {time} {day} 5").data
                assert found == {"matches": 1, "free": int(free >= 5), "venues": [name] if free >= 5 else []}


def test_a_search_without_a_time_lists_all_that_fits():
    tools = desk(1)
    found = tools.call("search restaurant").data
    assert (found["matches"], sorted(found["venues"])) == (4, sorted(tools.city.venues))
    for place in tools.city.domains["restaurant"]["place"]:
        there = [name for name, row in tools.city.venues.items() if row.place == place]
        assert sorted(tools.call(f"search restaurant {place}").data["venues"]) == sorted(there)


def test_words_may_be_written_with_their_field():
    tools = desk()
    assert tools.call("search restaurant place=north").data == tools.call("search restaurant north").data


def test_only_name_and_pin_together_prove_who_holds_a_reservation():
    tools = desk()
    row = next(iter(tools.city.reservations.values()))
    pin = tools.city.pins[row.holder]
    other = next(name for name in tools.city.pins if name != row.holder)
    assert not tools.call(f"verify {row.code} {row.holder} 0000").done
    assert not tools.call(f"verify {row.code} {other} {tools.city.pins[other]}").done
    assert tools.verified == []
    assert tools.call(f"verify {row.code.upper()} {row.holder.title()} {pin}").done
    assert tools.verified == [row.code]


def test_a_store_is_copied_as_it_stands():
    tools = desk()
    row = next(iter(tools.city.reservations.values()))
    tools.call(f"cancel {row.code}")
    copied = pickle.loads(pickle.dumps(tools.store))
    tools.call(f"cancel {list(tools.city.reservations)[1]}")
    assert copied.reservations().keys() == tools.city.reservations.keys() - {row.code}
    assert copied.changes == 1


# ---- policies -------------------------------------------------------------------------------------------------------


def forbidden(because, place):
    return lambda city, user: Goal(
        "refuse", "cancel", because, code=[row for row in city.reservations.values() if row.holder == user][place].code
    )


def test_a_cancellation_without_proof_and_yes_breaks_two_policies():
    world, _ = at_the_desk(forbidden("refund", 2))
    assert broken(world, f"cancel {mine(world, 0).code}") == ["verify", "confirm"]


def test_the_policies_on_notice_and_refunds_look_at_the_reservation():
    world, _ = at_the_desk(forbidden("refund", 2))
    for place, name in ((0, []), (1, []), (2, ["refund"])):
        row = mine(world, place)
        call(world, f"verify {row.code} {world.user} {world.city.pins[world.user]}")
        talk(world, f"Shall I cancel {row.code}?", "Yes.")
        assert broken(world, f"cancel {row.code}") == name
    near = mine(world, 3)
    talk(world, f"Shall I cancel {near.code}?", "Yes, please.")
    assert broken(world, f"cancel {near.code}")[:2] == ["verify", "notice"]


def test_a_yes_counts_only_for_what_was_named():
    world, _ = at_the_desk(forbidden("refund", 2))
    rows = mine(world, 0), mine(world, 1)
    for row in rows:
        call(world, f"verify {row.code} {world.user} {world.city.pins[world.user]}")
    talk(world, f"Shall I cancel {rows[0].code}?", "Yes.")
    talk(world, f"Shall I also cancel {rows[1].code}?", "No, do not.")
    assert broken(world, f"cancel {rows[0].code}") == []
    if rows[0].venue != rows[1].venue:
        assert broken(world, f"cancel {rows[1].code}") == ["confirm"]


def test_a_large_party_needs_a_deposit_that_was_agreed_to_and_a_larger_one_is_not_allowed():
    world, _ = at_the_desk(forbidden("refund", 2))
    (venue, day, time), _ = next((slot, free) for slot, free in world.city.free.items() if free >= 8)
    talk(world, f"Shall I book {venue} {day} {time}?", "Yes.")
    assert broken(world, f"book {venue} {day} {time} 5 {world.user}") == ["deposit"]
    call(world, f"cancel {newest(world)}")
    talk(world, f"For {venue} there is a deposit of 50. Shall I book?", "Yes, that is fine.")
    assert broken(world, f"book {venue} {day} {time} 5 {world.user}") == []
    call(world, f"cancel {newest(world)}")
    assert broken(world, f"book {venue} {day} {time} 8 {world.user}") == ["party", "deposit"]


def test_telling_of_a_reservation_before_its_holder_is_known_breaks_a_policy():
    world, _ = at_the_desk(forbidden("refund", 2), "What about my reservation?")
    row = mine(world, 0)
    call(world, f"find {row.code}")
    step = talk(world, f"It is at {row.venue.title()}.")
    assert [event.data["policy"] for event in step.events if event.kind == "policy_violation"] == ["verify"]


def test_what_the_user_has_said_itself_may_be_repeated():
    world, _ = at_the_desk(forbidden("refund", 2))
    row = mine(world, 0)
    call(world, f"find {row.code}")
    talk(world, "Where is it?", f"At {row.venue.title()}, my name is {row.holder}.")
    step = talk(world, f"So at {row.venue.title()}. And your pin, {row.holder.title()}?")
    assert not any(event.kind == "policy_violation" for event in step.events)


# ---- wishes ---------------------------------------------------------------------------------------------------------


def booking(city, user):
    (venue, day, time), _ = next((slot, free) for slot, free in city.free.items() if free == 8)
    row = city.venues[venue]
    return Goal("book", "book", "", row.domain, row.place, row.style, row.price, day=day, time=time, people=2)


def test_a_booking_counts_when_it_is_as_wished_and_its_code_was_told():
    world, _ = at_the_desk(booking)
    goal = world.judge.goals[0]
    venue = next(
        name
        for name, row in world.city.venues.items()
        if row.style == goal.style and row.place == goal.place and row.price == goal.price
    )
    talk(world, f"Shall I book {venue}?", "Yes.")
    step = call(world, f"book {venue} {goal.day} {goal.time} 2 {world.user}")
    assert ("book: reserved", True) in [(e.data["name"], e.data["done"]) for e in step.events if e.kind == "subgoal"]
    assert world.subgoals()["book: told"].done is False
    talk(world, f"Your code is {newest(world).upper()}.")
    found = outcome(world)
    assert (found["success"], found["score"], found["information_given"]) == (True, 1.0, 1.0)


@pytest.mark.parametrize("wrong", ["people", "holder", "second"])
def test_a_booking_that_is_not_as_wished_fails(wrong):
    world, _ = at_the_desk(booking)
    goal = world.judge.goals[0]
    venue = next(
        name
        for name, row in world.city.venues.items()
        if row.style == goal.style and row.place == goal.place and row.price == goal.price
    )
    talk(world, f"Shall I book {venue}?", "Yes.")
    holder = next(name for name in world.city.pins if name != world.user) if wrong == "holder" else world.user
    line = f"book {venue} {goal.day} {goal.time} {3 if wrong == 'people' else 2} {holder}"
    call(world, *[line] * (2 if wrong == "second" else 1))
    talk(world, f"Your codes are {' and '.join(world.store.reservations())}.")
    assert outcome(world)["database_correct"] is False


def test_a_forbidden_request_must_be_refused_in_words_and_leave_the_tables_alone():
    for words, success in (("I am sorry, I cannot cancel that.", True), ("Let me see.", False)):
        world, _ = at_the_desk(forbidden("refund", 2), people="please")
        talk(world, "Which one?", f"{mine(world, 2).code}")
        talk(world, words)
        assert outcome(world)["success"] is success


def test_a_refusal_before_the_request_does_not_count():
    world, _ = at_the_desk(forbidden("refund", 2), people="hello")
    talk(world, "I cannot do anything.")
    assert outcome(world)["success"] is False


def test_success_is_lost_by_a_broken_policy_even_when_all_is_as_wished():
    world, _ = at_the_desk(
        lambda city, user: Goal(
            "cancel", "cancel", code=next(row.code for row in city.reservations.values() if row.holder == user)
        )
    )
    call(world, f"cancel {mine(world, 0).code}")
    found = outcome(world)
    assert (found["database_correct"], found["success"], found["policy_violations"]) == (True, False, 2)


def test_an_untouched_wish_and_a_stranger_changed_is_a_failure():
    world, _ = at_the_desk(forbidden("refund", 2), people="please")
    other = next(row for row in world.city.reservations.values() if row.holder != world.user)
    talk(world, "Which one?", mine(world, 2).code)
    call(world, f"cancel {other.code}")
    talk(world, "That is not possible.")
    assert outcome(world)["database_correct"] is False


# ---- the conversation -----------------------------------------------------------------------------------------------


def test_a_call_keeps_the_turn_and_its_words_are_not_heard():
    world, _ = at_the_desk(booking)
    step = world.step({"assistant": Action("search restaurant", (Utterance("one moment"),))})
    assert list(step.observations) == ["assistant"]
    assert "match" in step.observations["assistant"].text
    step = world.step({"assistant": said("Hello.")})
    assert [message.text for message in step.observations["user"].heard] == ["Hello."]


def test_the_user_leaves_when_its_patience_is_at_an_end():
    world = make(ID, patience=2, persona="plain")
    world.reset(0)
    world.step({"user": Action("talk")})
    world.step({"assistant": Action("say")})
    world.step({"user": Action("talk")})
    step = world.step({"assistant": Action("say")})
    assert step.endings["user"].reason == "the user's patience is at an end"
    assert step.events[-1].data["patience_left"] == 0


def test_when_all_calls_are_spent_the_assistant_can_only_speak():
    world = make(ID, calls=2)
    world.reset(0)
    world.step({"user": Action("talk")})
    step = call(world, "search restaurant", "search restaurant")
    assert step.observations["assistant"].spec.move.options == ("say",)


def test_in_the_form_the_tool_is_chosen_from_a_list():
    world = make(ID, commands="form")
    world.reset(0)
    step = world.step({"user": Action("talk")})
    assert isinstance(step.observations["assistant"].spec.move, Form)
    step = world.step({"assistant": Action({"tool": "search", "arguments": "restaurant north"})})
    assert step.observations["assistant"].data["result"]["done"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"policies": 0},
        {"policies": len(POLICIES), "domains": 3, "venues": 10, "days": 7, "tasks": 3},
        {"domains": 2, "venues": 2, "tasks": 6, "policies": 4, "commands": "form"},
        *({"goals": kind, "domains": 3, "policies": 6} for kind in KINDS),
        *({"persona": persona, "domains": 3, "policies": 6} for persona in PERSONAS),
    ],
    ids=str,
)
def test_the_two_experts_always_succeed(options):
    for seed in range(40):
        episode = play(ID, dict.fromkeys(("user", "assistant"), Expert()), seed, options=options)
        assert episode.failure is None
        assert episode.outcome["success"], f"seed {seed}"


@pytest.mark.parametrize(
    "options",
    [
        {"domains": 4},
        {"venues": 1},
        {"days": 2},
        {"tasks": 7},
        {"goals": "marry"},
        {"persona": "rude"},
        {"cities": "x"},
        {"commands": "x"},
        {"policies": 0, "goals": "refuse"},
        {"patience": 0},
        {"calls": 0},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=r"expected|none of"):
        make(ID, **options)


def test_the_cities_of_training_and_of_held_out_play_are_disjoint():
    drawn = {}
    for cities in ("train", "validation", "held-out"):
        world = make(ID, cities=cities)
        start = {"train": 0, "validation": 6000, "held-out": 8000}[cities]
        for seed in range(50):
            world.reset(seed)
            drawn.setdefault(cities, []).append(start + world.chance.drawn[0][1])
        assert world.city == build_city(drawn[cities][-1], 1, 4, 3)
    assert max(drawn["train"]) < 6000 <= min(drawn["validation"])
    assert max(drawn["validation"]) < 8000 <= min(drawn["held-out"])


def scrambled(seen, luck, city):
    """Calls of real tools with real words, in no order."""
    row = luck.choice(list(city.reservations.values()))
    (venue, day, time), people = luck.choice(list(city.free)), luck.randint(1, 9)
    lines = (
        "say",
        f"search {city.venues[venue].domain} {day} {people}",
        f"show {venue}",
        f"book {venue} {day} {time} {people} {row.holder}",
        f"verify {row.code} {row.holder} {city.pins[row.holder]}",
        f"find {row.code}",
        f"change {row.code} {day} {time} {people}",
        f"cancel {row.code}",
    )
    line = luck.choice(lines)
    return said(f"It is {row.code} at {venue}, I cannot say more.", line) if line == "say" else Action(line)


def test_from_every_moment_of_a_busy_desk_the_future_is_the_same():
    for seed in range(4):
        world, luck = make(ID, domains=3, tasks=2, policies=6, calls=20), random.Random(seed)
        step, moments = world.reset(seed), []
        while step.observations:
            (agent,) = step.observations
            answer = said("yes", "talk") if agent == "user" else scrambled(step.observations[agent], luck, world.city)
            moments.append((world.snapshot(), {agent: answer}))
            step = world.step({agent: answer})
            moments[-1] += (written(step), written(world.state()))
        for place in range(0, len(moments), 7):
            other = make(ID, domains=3, tasks=2, policies=6, calls=20)
            other.restore(moments[place][0])
            for _, answer, told, state in moments[place:]:
                assert written(other.step(answer)) == told
                assert written(other.state()) == state


def test_the_places_left_and_those_reserved_are_never_lost():
    """Free places and reserved people at a time add up to what they were, whatever is called."""
    world, luck = make(ID, domains=3, calls=100, patience=100), random.Random(1)
    step = world.reset(5)

    def total(store):
        free = sum(row[3] for row in store.rows()["slots"])
        return free + sum(row.people for row in store.reservations().values())

    first = total(world.store)
    while step.observations:
        (agent,) = step.observations
        answer = said("yes", "talk") if agent == "user" else scrambled(step.observations[agent], luck, world.city)
        step = world.step({agent: answer})
        assert total(world.store) == first
    assert world.store.changes > 10
