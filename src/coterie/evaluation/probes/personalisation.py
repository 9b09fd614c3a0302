"""Does it help to know whom one speaks to: the true profile of somebody against that of somebody else."""

from collections.abc import Mapping

from coterie.core import ConfigError, Metric, Mind
from coterie.evaluation.compare import paired
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.finding import Finding, above_zero, decided, exactly, task_metric


def personalisation(
    trial: Trial, minds: Mapping[str, Mind], *, option: str = "profile", metric: str | Metric = "learning_gain"
) -> Finding:
    """Plays with the profile shown, with another's in its place, and with none, and says what the true one is worth.

    >>> from coterie.agents import Expert
    >>> found = personalisation(Trial("tutoring", range(20)), {"tutor": Expert(), "student": Expert()})
    >>> list(found.measures)
    ['shown', 'swapped', 'hidden', 'personalisation', 'knowing the profile']

    Args:
        trial: a world with an option that says whose profile is shown: `shown`, `swapped` or `hidden`.
        minds: who sits where.
        option: what that option is called.
        metric: how well it went.

    Raises:
        ConfigError: the world has no such option.
    """
    if option not in trial.make().options:
        raise ConfigError(f"{trial.make().id} has no option {option!r} to show a profile; the tutoring world has")
    arms = trial.play([Arm(each, minds, options={option: each}) for each in ("shown", "swapped", "hidden")])
    chosen = task_metric(arms["shown"], metric)
    measures = {name: chosen.compute(episodes) for name, episodes in arms.items()}
    for name, without in (("personalisation", "swapped"), ("knowing the profile", "hidden")):
        measures[name] = exactly(paired(chosen, arms[without], arms["shown"]).change)
    return Finding(
        probe="personalisation",
        world=arms["shown"][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, chosen.unit),
        verdicts=decided({"it is personal": above_zero(measures["personalisation"])}),
        notes=(f"Measured: {chosen.name}; personalisation: with the true profile minus with a swapped one.",),
    )
