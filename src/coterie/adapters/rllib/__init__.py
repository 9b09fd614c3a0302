"""Ray RLlib: our worlds as its multi-agent environments, language models as its modules, and back into seats here.

`config.environment("coterie", env_config={"world": "lookout", "view": "tokens", "model": folder})` is any world;
`RLModuleSpec(LanguageModule, model_config={"model": folder})` a language model that plays it (`LanguageQModule` for
DQN). Afterwards `save_pretrained(folder)` writes the model, and `Trained` takes any module to a seat.
"""

from coterie.adapters.extras import missing, require

try:
    from ray.rllib.core.rl_module.apis import QNetAPI, ValueFunctionAPI  # noqa: F401  # what is newest of what is needed
    from ray.tune.registry import register_env
except ImportError as error:
    raise missing("ray", "rllib", error) from error

from coterie.adapters.rllib.callbacks import NoSilentFailure
from coterie.adapters.rllib.env import CoterieEnv
from coterie.adapters.rllib.mind import Trained, load
from coterie.adapters.rllib.module import LanguageModule
from coterie.adapters.rllib.q_module import LanguageQModule
from coterie.adapters.rllib.reading import LanguageCard

__all__ = ["CoterieEnv", "LanguageCard", "LanguageModule", "LanguageQModule", "NoSilentFailure", "Trained", "load"]

require("ray", "rllib", at_least="2.50", below="3")
register_env("coterie", CoterieEnv)
