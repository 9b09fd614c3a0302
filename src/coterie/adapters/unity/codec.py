"""Messages to bytes and back. What arrives is checked here, once.

A message that cannot be read, or that promises other shapes than it holds, raises WorldError and goes no further.
"""

import math
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from coterie.adapters.unity.channels import pack, unpack
from coterie.adapters.unity.pictures import unfolded
from coterie.adapters.unity.protocol import Answer, Behaviour, Command, Hello, Info, Order, Report, Sensed
from coterie.adapters.unity.wire import ENUMS, GOOD, OVER, VERSION, UnityMessage
from coterie.core import WorldError

COMMANDS: tuple[Command, ...] = ("STEP", "RESET", "QUIT")
CAPABILITIES = (
    "baseRLCapabilities",
    "concatenatedPngObservations",
    "compressedChannelMapping",
    "hybridActions",
    "trainingAnalytics",
    "variableLengthObservation",
    "multiAgentGroups",
)
MOST_NUMBERS = 50_000_000
"""More numbers than this in one observation are a mistake, not a picture."""


def write_order(order: Order) -> bytes:
    """Writes what Python's side says."""
    found = UnityMessage()
    found.header.status = OVER if order.over else GOOD
    if order.over:
        return bytes(found.SerializeToString())
    if order.seed is not None:
        greeting = found.unity_input.rl_initialization_input
        greeting.seed, greeting.num_areas = order.seed, 1
        greeting.communication_version, greeting.package_version = VERSION, VERSION
        _set_capabilities(greeting.capabilities)
        return bytes(found.SerializeToString())
    order_in = found.unity_input.rl_input
    order_in.command = COMMANDS.index(order.command)
    for name, answers in order.answers.items():
        for answer in answers:
            order_in.agent_actions[name].value.add(
                continuous_actions=answer.continuous,
                discrete_actions=answer.discrete,
                vector_actions_deprecated=(*answer.continuous, *answer.discrete),
            )
    order_in.side_channel = pack(order.posts)
    return bytes(found.SerializeToString())


def read_order(data: bytes) -> Order:
    """Reads what Python's side says.

    Raises:
        WorldError: it cannot be read.
    """
    found = _parse(data)
    if found.header.status != GOOD:
        return Order(over=True)
    if found.unity_input.HasField("rl_initialization_input"):
        return Order(seed=found.unity_input.rl_initialization_input.seed)
    order_in = found.unity_input.rl_input
    if not 0 <= order_in.command < len(COMMANDS):
        raise WorldError(f"an order with command {order_in.command}, expected 0 to 2: {', '.join(COMMANDS)}")
    return Order(
        command=COMMANDS[order_in.command],
        answers={
            name: tuple(Answer(tuple(each.continuous_actions), tuple(each.discrete_actions)) for each in listed.value)
            for name, listed in order_in.agent_actions.items()
        },
        posts=unpack(order_in.side_channel),
    )


def write_report(report: Report) -> bytes:
    """Writes what Unity's side says; pictures go uncompressed."""
    found = UnityMessage()
    found.header.status = OVER if report.over else GOOD
    output = found.unity_output
    if report.hello is not None or report.behaviours:
        first = output.rl_initialization_output
        if report.hello is not None:
            first.name, first.communication_version = report.hello.name, report.hello.version
            first.package_version = report.hello.package
            _set_capabilities(first.capabilities)
        for behaviour in report.behaviours:
            told = first.brain_parameters.add(brain_name=behaviour.name, is_training=True)
            told.action_spec.num_continuous_actions = behaviour.continuous
            told.action_spec.num_discrete_actions = len(behaviour.branches)
            told.action_spec.discrete_branch_sizes.extend(behaviour.branches)
            told.action_spec.action_descriptions.extend(behaviour.descriptions)
    for name, infos in report.infos.items():
        listed = output.rl_output.agentInfos[name]
        for info in infos:
            _write_info(listed.value.add(), info)
    output.rl_output.side_channel = pack(report.posts)
    return bytes(found.SerializeToString())


def _write_info(found: Any, info: Info) -> None:
    found.id, found.reward, found.done, found.max_step_reached = info.id, info.reward, info.done, info.interrupted
    found.group_id, found.group_reward = info.group, info.group_reward
    found.action_mask.extend(info.forbidden)
    for sensed in info.senses:
        told = found.observations.add(name=sensed.name, observation_type=int(sensed.goal), shape=sensed.values.shape)
        told.float_data.data.extend(sensed.values.reshape(-1).tolist())
        # 1: of no special kind; 2: neighbours in this direction belong together, as in a picture.
        told.dimension_properties.extend((1, 2, 2) if sensed.values.ndim == 3 else (1,) * sensed.values.ndim)


def read_report(data: bytes) -> Report:
    """Reads what Unity's side says.

    Raises:
        WorldError: it cannot be read, or holds something else than it promises.
    """
    found = _parse(data)
    output = found.unity_output
    first = output.rl_initialization_output
    hello = None
    if first.communication_version:
        hello = Hello(name=first.name, version=first.communication_version, package=first.package_version)
    return Report(
        infos={
            name: tuple(_read_info(each, name) for each in listed.value)
            for name, listed in sorted(output.rl_output.agentInfos.items())
        },
        behaviours=tuple(_read_behaviour(each) for each in first.brain_parameters),
        posts=unpack(output.rl_output.side_channel),
        hello=hello,
        over=found.header.status != GOOD,
    )


def _parse(data: bytes) -> Any:
    try:
        return UnityMessage.FromString(data)
    except (DecodeError, UnicodeDecodeError, RuntimeError) as error:
        raise WorldError(f"a message of {len(data)} bytes that is no ML-Agents message: {error}") from error


def _read_behaviour(found: Any) -> Behaviour:
    spec = found.action_spec
    continuous, branches = spec.num_continuous_actions, tuple(spec.discrete_branch_sizes)
    if not continuous and not branches:  # a build from before hybrid actions tells them in the old fields
        sizes = tuple(found.vector_action_size_deprecated)
        if ENUMS["SpaceTypeProto"][found.vector_action_space_type_deprecated == 1] == "continuous":
            continuous = sizes[0] if sizes else 0
        else:
            branches = sizes
    if continuous < 0 or any(size < 1 for size in branches):
        raise WorldError(f"behaviour {found.brain_name!r} with {continuous} continuous actions and branches {branches}")
    return Behaviour(
        name=found.brain_name,
        continuous=continuous,
        branches=branches,
        descriptions=tuple(spec.action_descriptions),
    )


def _read_info(found: Any, behaviour: str) -> Info:
    if not (math.isfinite(found.reward) and math.isfinite(found.group_reward)):
        raise WorldError(f"{behaviour}: agent {found.id} is paid {found.reward} and {found.group_reward}")
    return Info(
        id=found.id,
        reward=found.reward,
        group=found.group_id,
        group_reward=found.group_reward,
        done=found.done,
        interrupted=found.max_step_reached,
        forbidden=tuple(found.action_mask),
        senses=tuple(_read_sensed(each, place, behaviour) for place, each in enumerate(found.observations)),
    )


def _read_sensed(found: Any, place: int, behaviour: str) -> Sensed:
    name, shape = found.name or f"sensor {place}", tuple(found.shape)
    if not shape or any(size < 0 for size in shape) or math.prod(shape) > MOST_NUMBERS:
        raise WorldError(f"{behaviour}: {name} has shape {shape}, expected one to three sizes")
    if found.compression_type == 0:
        values = np.array(found.float_data.data, np.float32)
        if values.size != math.prod(shape):
            raise WorldError(f"{behaviour}: {name} holds {values.size} numbers, expected {shape}")
        values = values.reshape(shape)
    else:
        values = unfolded(found.compressed_data, shape[0], tuple(found.compressed_channel_mapping), name)
        if values.shape != shape:
            raise WorldError(f"{behaviour}: {name} holds pictures of {values.shape}, expected {shape}")
    if not np.isfinite(values).all():
        raise WorldError(f"{behaviour}: {name} holds numbers that are not finite")
    return Sensed(name=name, values=values, goal=found.observation_type == 1)


def _set_capabilities(found: Any) -> None:
    for name in CAPABILITIES:
        setattr(found, name, True)
