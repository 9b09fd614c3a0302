"""Small models from scratch: a tokenizer trained on the words of a world, and a transformer to match."""

from collections.abc import Iterable
from math import cos, sin

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
    vocabulary: int,
    hidden: int = 48,
    layers: int = 2,
    heads: int = 4,
    context: int = 2048,
    seed: int = 0,
    *,
    reader: bool = False,
) -> LlamaForCausalLM:
    """Makes a Llama with random weights: 58,000 parameters at the default size and 50 words.

    The embedding's deviation and the rotary base are those that learned fastest at this size.

    Args:
        vocabulary: tokens, the first three of `small_tokenizer` included.
        hidden: width, a multiple of twice the heads.
        layers: depth.
        heads: of attention, in each layer.
        context: most tokens of a text.
        seed: of the weights.
        reader: whether the weights begin where looking up words that stood further up is near: keys begin as queries
            do, so that like finds like, and all heads of the first layer but the last look at the word before, the
            second before, and so on. What followed a word is then found within hundreds of updates; three layers are
            needed to compare two things that were found.

    Sources: Trockman and Kolter 2023, Mimetic Initialization of Self-Attention Layers (keys like queries); Olsson et
    al. 2022, In-context Learning and Induction Heads (what a model needs to copy: heads that look at words before).
    """
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=round(hidden * 8 / 3 / 8) * 8,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=context,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0 if reader else 1000.0},
        tie_word_embeddings=True,
        attention_bias=reader,
        initializer_range=0.15 if reader else 0.02,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=2,
    )
    # The library draws from the global generator; the caller's stream of luck is given back untouched.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
        torch.nn.init.normal_(model.model.embed_tokens.weight, std=0.125)
    if reader:
        _look_back(model)
    model.train(False)
    return model


@torch.no_grad()
def _look_back(model: LlamaForCausalLM, sharpness: float = 6.0) -> None:
    """Keys like queries in every layer; of the first layer, head 0 looks one word back, head 1 two, and so on."""
    for layer in model.model.layers:
        layer.self_attn.k_proj.weight.copy_(layer.self_attn.q_proj.weight)
    first, frequencies = model.model.layers[0].self_attn, model.model.rotary_emb.inv_freq
    half = len(frequencies)
    for back in range(1, model.config.num_attention_heads):
        head = 2 * half * (back - 1)
        for projection in (first.q_proj, first.k_proj):
            projection.weight[head : head + 2 * half] = 0.0  # where to look does not depend on the words, at first
        for pair, frequency in enumerate(frequencies[:5].tolist()):
            # The query is turned by as many positions as it should look back; there it and the key agree.
            first.k_proj.bias[head + pair] = sharpness
            first.q_proj.bias[head + pair] = sharpness * cos(back * frequency)
            first.q_proj.bias[head + pair + half] = -sharpness * sin(back * frequency)
