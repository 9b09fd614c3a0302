"""The nouns: values and contracts that everything else is made of.

Values are msgspec Structs: as cheap as tuples, checked when read, written as JSON. Those that stand in every record are
made with `gc=False`: they hold JSON and each other, never a cycle, and the collector need not look at millions of them.
"""

from coterie.core.action import (
    Action,
    ActionSpec,
    Choice,
    Form,
    Json,
    Move,
    Number,
    Rejection,
    RejectionCode,
    Text,
)
from coterie.core.agent import (
    Agent,
    ChatMessage,
    Codec,
    Conversation,
    Decision,
    Mind,
    Policy,
    Prompt,
    Sample,
)
from coterie.core.chance import Chance, ChanceNeeded
from coterie.core.channel import Channel, Delay, Guard, Line, Mute, Noise, Part, Reach, Scramble
from coterie.core.environment import Environment, Script, Snapshot, spoken
from coterie.core.episode import (
    Episode,
    Failure,
    Seat,
    Turn,
    decode_episode,
    encode_episode,
    episode_schema,
)
from coterie.core.errors import AgentError, ConfigError, CoterieError, PolicyError, RecordError, WorldError
from coterie.core.learning import Algorithm, Credit, Learner, Tokens
from coterie.core.measure import Measure, Metric, Scenario
from coterie.core.speech import Message, Speech, Utterance
from coterie.core.step import Array, Ending, Event, Observation, Step, Subgoal
from coterie.core.story import Story

__all__ = [
    "Action",
    "ActionSpec",
    "Agent",
    "AgentError",
    "Algorithm",
    "Array",
    "Chance",
    "ChanceNeeded",
    "Channel",
    "ChatMessage",
    "Choice",
    "Codec",
    "ConfigError",
    "Conversation",
    "CoterieError",
    "Credit",
    "Decision",
    "Delay",
    "Ending",
    "Environment",
    "Episode",
    "Event",
    "Failure",
    "Form",
    "Guard",
    "Json",
    "Learner",
    "Line",
    "Measure",
    "Message",
    "Metric",
    "Mind",
    "Move",
    "Mute",
    "Noise",
    "Number",
    "Observation",
    "Part",
    "Policy",
    "PolicyError",
    "Prompt",
    "Reach",
    "RecordError",
    "Rejection",
    "RejectionCode",
    "Sample",
    "Scenario",
    "Scramble",
    "Script",
    "Seat",
    "Snapshot",
    "Speech",
    "Step",
    "Story",
    "Subgoal",
    "Text",
    "Tokens",
    "Turn",
    "Utterance",
    "WorldError",
    "decode_episode",
    "encode_episode",
    "episode_schema",
    "spoken",
]
