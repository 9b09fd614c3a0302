"""Checks a world against the whole contract."""

from collections.abc import Callable, Collection, Mapping

from coterie.core import Environment, Step
from coterie.testing.contract import Contract, check_vectors
from coterie.testing.determinism import check_generators, check_records, check_repeats, check_snapshots
from coterie.testing.driving import Make, run
from coterie.testing.garbage import check_garbage
from coterie.testing.references import check_expert
from coterie.testing.secrets import Secrets, check_private_draws, check_secrets

THOROUGH = 4
"""How many of the seeds are also watched step by step, repeated and restored."""


def check_environment(
    make: Make,
    *,
    episodes: int = 64,
    seed: int = 0,
    max_steps: int = 10_000,
    vectors: bool = True,
    expert: bool = True,
    garbage: int = 100,
    secrets: Secrets | None = None,
    private_draws: Mapping[str, str] | None = None,
    public_events: Collection[str] = (),
) -> None:
    """Plays a world in many ways and raises at the first thing that breaks the contract.

    Checked: only declared seats are shown, paid and ended, and nobody after its end; everybody has an ending and there
    is one `outcome` event; rewards are finite and the sum of their components; views and records survive JSON; the
    same seed and actions give the same bytes, in a fresh or used world, among other episodes or alone, and from every
    snapshot; no global random generator is used; vectors keep their length; experts and random players reach the end,
    experts not paid less; whatever is answered, `step` does not raise and the declared consequence follows; secrets
    stay secret.

    >>> from coterie.environments import make
    >>> check_environment(lambda: make("kuhn_poker"), episodes=4, garbage=5)

    Args:
        make: returns a fresh world, always with the same options.
        episodes: how many are played at once and alone.
        seed: the first of their seeds.
        max_steps: an episode with more steps counts as endless.
        vectors: whether the world has numeric views.
        expert: whether the world has a scripted reference for every seat.
        garbage: how many made-up answers are tried (needs hypothesis); 0: none.
        secrets: names what only one seat may see at this moment; every other view is searched for it.
        private_draws: name of a draw to the one seat that may learn of it; episodes that differ only in that draw must
            look the same to all others.
        public_events: kinds of events by which private draws become public, such as a showdown.

    Raises:
        AssertionError: what was found, what was expected, what to do.
        ImportError: `garbage` is not 0 and hypothesis is not installed.
    """
    seeds = range(seed, seed + episodes)
    for each in seeds[:THOROUGH]:
        check_generators(lambda each=each: _watch(make(), each, max_steps))  # type: ignore[misc]
        check_repeats(make, each, max_steps)
        check_snapshots(make, each, max_steps)
    if vectors:
        lengths: dict[str, tuple[int, ...]] = {}
        for each in seeds:
            _watch(_with_vectors(make)(), each, max_steps, lengths)
    randoms = check_records(make, seeds, max_steps)
    if expert:
        check_generators(lambda: check_expert(make, randoms, max_steps))
    if secrets is not None:
        for each in seeds:
            check_secrets(make, each, max_steps, secrets)
    if private_draws:
        whole = _with_vectors(make) if vectors else make
        check_private_draws(whole, seeds, max_steps, private_draws, public_events)
    if garbage:
        check_garbage(make, garbage, seed, max_steps)


def _watch(
    environment: Environment, seed: int, max_steps: int, lengths: dict[str, tuple[int, ...]] | None = None
) -> None:
    """Plays one episode under the contract; `lengths` keeps the shape of every seat's vector over all episodes."""
    contract = Contract(environment)

    def watch(environment: Environment, step: Step) -> None:
        contract(environment, step)
        if lengths is not None:
            check_vectors(step, lengths)

    run(environment, seed, max_steps, between=watch)
    contract.close()


def _with_vectors(make: Make) -> Callable[[], Environment]:
    def create() -> Environment:
        environment = make()
        environment.vectors = True
        return environment

    return create
