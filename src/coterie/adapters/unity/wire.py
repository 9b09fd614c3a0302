"""The messages of the ML-Agents wire protocol, communication version 1.5.0, as Protocol Buffers.

Written from the field numbers that Unity's side sends and built when this module loads, in a pool of its own: any
current protobuf reads them, and the same process may load other definitions of the same names. Fields that nobody has
sent for years, those called deprecated, are kept where an old build would still send them.
"""

import re
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]

VERSION = "1.5.0"
"""The communication version spoken here; peers agree when the first number is the same."""
METHOD = "/communicator_objects.UnityToExternalProto/Exchange"
"""The one procedure: Unity calls it with its state and gets the next order as the answer."""
SERVICE, NAME = "communicator_objects.UnityToExternalProto", "Exchange"
GOOD, OVER = 200, 400
"""The two states of a message's header: go on, and stop."""

ENUMS = {
    "CompressionTypeProto": ("NONE", "PNG"),
    "ObservationTypeProto": ("DEFAULT", "GOAL_SIGNAL"),
    "CommandProto": ("STEP", "RESET", "QUIT"),
    "SpaceTypeProto": ("discrete", "continuous"),
}
"""Named numbers, from 0 on."""

MESSAGES = {
    "HeaderProto": "status int32 1, message string 2",
    "AgentActionProto": (
        "vector_actions_deprecated float* 1, value float 4, continuous_actions float* 6, discrete_actions int32* 7"
    ),
    "FloatData": "data float* 1",
    "ObservationProto": (
        "shape int32* 1, compression_type CompressionTypeProto 2, compressed_data bytes? 3, float_data FloatData? 4, "
        "compressed_channel_mapping int32* 5, dimension_properties int32* 6, "
        "observation_type ObservationTypeProto 7, name string 8"
    ),
    "AgentInfoProto": (
        "reward float 7, done bool 8, max_step_reached bool 9, id int32 10, action_mask bool* 11, "
        "observations ObservationProto* 13, group_id int32 14, group_reward float 15"
    ),
    "ActionSpecProto": (
        "num_continuous_actions int32 1, num_discrete_actions int32 2, discrete_branch_sizes int32* 3, "
        "action_descriptions string* 4"
    ),
    "BrainParametersProto": (
        "vector_action_size_deprecated int32* 3, vector_action_descriptions_deprecated string* 5, "
        "vector_action_space_type_deprecated SpaceTypeProto 6, brain_name string 7, is_training bool 8, "
        "action_spec ActionSpecProto 9"
    ),
    "UnityRLCapabilitiesProto": (
        "baseRLCapabilities bool 1, concatenatedPngObservations bool 2, compressedChannelMapping bool 3, "
        "hybridActions bool 4, trainingAnalytics bool 5, variableLengthObservation bool 6, multiAgentGroups bool 7"
    ),
    "ListAgentActionProto": "value AgentActionProto* 1",
    "UnityRLInputProto": "agent_actions ListAgentActionProto{} 1, command CommandProto 4, side_channel bytes 5",
    "UnityRLInitializationInputProto": (
        "seed int32 1, communication_version string 2, package_version string 3, "
        "capabilities UnityRLCapabilitiesProto 4, num_areas int32 5"
    ),
    "UnityInputProto": "rl_input UnityRLInputProto 1, rl_initialization_input UnityRLInitializationInputProto 2",
    "ListAgentInfoProto": "value AgentInfoProto* 1",
    "UnityRLOutputProto": "agentInfos ListAgentInfoProto{} 2, side_channel bytes 3",
    "UnityRLInitializationOutputProto": (
        "name string 1, communication_version string 2, log_path string 3, brain_parameters BrainParametersProto* 5, "
        "package_version string 7, capabilities UnityRLCapabilitiesProto 8"
    ),
    "UnityOutputProto": "rl_output UnityRLOutputProto 1, rl_initialization_output UnityRLInitializationOutputProto 2",
    "UnityMessageProto": "header HeaderProto 1, unity_output UnityOutputProto 2, unity_input UnityInputProto 3",
}
"""Message to `name type number`; `*` many, `{}` a map from text, `?` one of those marked so."""

_FIELD = re.compile(r"(\w+) (\w+)(\*|\{\}|\?|) (\d+)")
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "int32": _Field.TYPE_INT32,
    "float": _Field.TYPE_FLOAT,
    "bool": _Field.TYPE_BOOL,
    "string": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
}


def _described() -> descriptor_pb2.FileDescriptorProto:
    """The tables above as a description that protobuf reads."""
    described = descriptor_pb2.FileDescriptorProto(
        name="coterie/unity.proto", package="communicator_objects", syntax="proto3"
    )
    for name, values in ENUMS.items():
        enum = described.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    for name, fields in MESSAGES.items():
        message = described.message_type.add(name=name)
        for field, kind, mark, number in _FIELD.findall(fields):
            added = message.field.add(name=field, number=int(number), label=_Field.LABEL_OPTIONAL)
            _set_kind(added, kind)
            if mark == "?":
                if not message.oneof_decl:
                    message.oneof_decl.add(name="observation_data")
                added.oneof_index = 0
            elif mark:
                added.label = _Field.LABEL_REPEATED
            if mark == "{}":
                _add_map(message, added, kind)
    return described


def _set_kind(field: Any, kind: str) -> None:
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = _Field.TYPE_ENUM if kind in ENUMS else _Field.TYPE_MESSAGE
        field.type_name = f".communicator_objects.{kind}"


def _add_map(message: Any, field: Any, kind: str) -> None:
    """A map is, on the wire, many entries of a key and a value."""
    name = "".join(part[0].upper() + part[1:] for part in field.name.split("_")) + "Entry"
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_STRING)
    _set_kind(entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL), kind)
    field.type_name = f".communicator_objects.{message.name}.{name}"


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_described())


def message(name: str) -> Any:
    """The class of a message, such as `UnityMessageProto`.

    >>> head = message("HeaderProto")(status=200)
    >>> message("HeaderProto").FromString(head.SerializeToString()).status
    200
    """
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"communicator_objects.{name}"))


UnityMessage = message("UnityMessageProto")
