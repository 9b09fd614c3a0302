"""Small models from scratch: a tokenizer trained on the words of a world, and a transformer to match."""

from collections.abc import Iterable

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

UNKNOWN, END, PADDING = "<unknown>", "<end>", "<padding>"
"""The first three tokens. Padding is a token of its own: whatever trains on padded text leaves it out of the loss, and
with it the end of every reply if that were the same token."""
TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'assistant' %}{{ message.content + ' <end> ' }}"
    "{% elif message.role == 'user' %}{{ message.content + ' ' }}{% endif %}{% endfor %}"
)
"""How a chat looks to a model of the compact codec, so that chat servers can serve it: the bare words, one after
another; system messages, whose words it never learned, are left out."""


def small_tokenizer(texts: Iterable[str], size: int = 2000) -> PreTrainedTokenizerFast:
    """Trains a tokenizer whose tokens are the words of `texts`; `<end>` ends a reply.

    >>> tokenizer = small_tokenizer(["go north", "go south"])
    >>> tokenizer.decode(tokenizer.encode("go south"))
    'go south'
    """
    words = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.train_from_iterator(texts, trainers.WordLevelTrainer(vocab_size=size, special_tokens=[UNKNOWN, END, PADDING]))
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words,
        unk_token=UNKNOWN,
        eos_token=END,
        pad_token=PADDING,
        clean_up_tokenization_spaces=False,
        chat_template=TEMPLATE,
    )


def small_model(
    vocabulary: int, hidden: int = 48, layers: int = 2, heads: int = 4, context: int = 2048, seed: int = 0
) -> LlamaForCausalLM:
    """Makes a Llama with random weights: 58,000 parameters at the default size and 50 words.

    The embedding's deviation and the rotary base are those that learned fastest at this size.
    """
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=round(hidden * 8 / 3 / 8) * 8,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=context,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=2,
    )
    # The library draws from the global generator; the caller's stream of luck is given back untouched.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
        torch.nn.init.normal_(model.model.embed_tokens.weight, std=0.125)
    model.train(False)
    return model
