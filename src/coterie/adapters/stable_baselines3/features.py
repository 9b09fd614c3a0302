"""A language model as the eyes of a Stable-Baselines3 policy."""

from typing import Any

import gymnasium
import torch
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from coterie.adapters.extras import missing
from coterie.adapters.views import from_bytes
from coterie.core import ConfigError

MOST_KEPT = 50_000
"""Texts whose features are kept while the model does not learn."""


class LanguageFeatures(BaseFeaturesExtractor):
    """Reads a `bytes` view with a language model; the features are its last hidden state at the last token.

    Use it with `view="bytes"`, and mostly `transcript=True`, because the policy remembers nothing itself:
    `policy_kwargs={"features_extractor_class": LanguageFeatures, "features_extractor_kwargs": {"model": folder}}`.
    """

    def __init__(self, observation_space: gymnasium.Space[Any], model: str, learns: bool = False) -> None:
        """Opens the model.

        Args:
            observation_space: of a `bytes` view.
            model: a folder, or a name that Transformers knows.
            learns: whether the model is trained too; if not, every text is read only once.

        Raises:
            ConfigError: the view is not text as bytes.
        """
        if not isinstance(observation_space, gymnasium.spaces.Box) or observation_space.dtype != "uint8":
            raise ConfigError(f"found observations in {observation_space}, expected text as bytes: view='bytes'")
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise missing("transformers", "llm", error) from error
        core = AutoModel.from_pretrained(model)
        super().__init__(observation_space, int(core.config.hidden_size))
        self.core = core.train(learns).requires_grad_(learns)
        self.tokenizer = AutoTokenizer.from_pretrained(model)
        self.longest = int(core.config.max_position_embeddings)
        self.learns = learns
        self.kept: dict[str, torch.Tensor] = {}

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        """Turns views `[N, bytes]` into features `[N, hidden]`."""
        texts = [from_bytes(row) for row in observations.to(torch.uint8).cpu().numpy()]
        different = list(dict.fromkeys(texts))
        if self.learns:
            features = dict(zip(different, self._read(different), strict=True))
            return torch.stack([features[text] for text in texts])
        if new := [text for text in different if text not in self.kept]:
            if len(self.kept) + len(new) > MOST_KEPT:
                self.kept, new = {}, different
            with torch.no_grad():
                self.kept |= dict(zip(new, self._read(new), strict=True))
        return torch.stack([self.kept[text] for text in texts])

    def _read(self, texts: list[str]) -> torch.Tensor:
        """The hidden state at the last token of each text; of a longer one than fits the end is read."""
        ids = [self.tokenizer.encode(text, add_special_tokens=False)[-self.longest :] for text in texts]
        ids = [row or [self.tokenizer.eos_token_id] for row in ids]  # the view at the end of an episode may be empty
        width = max(map(len, ids))
        device = next(self.core.parameters()).device
        tokens = torch.zeros(len(ids), width, dtype=torch.long, device=device)
        seen = torch.zeros_like(tokens)
        for number, row in enumerate(ids):
            tokens[number, : len(row)] = torch.tensor(row, device=device)
            seen[number, : len(row)] = 1
        hidden = self.core(input_ids=tokens, attention_mask=seen).last_hidden_state
        last: torch.Tensor = hidden[torch.arange(len(ids), device=device), seen.sum(1) - 1]
        return last
