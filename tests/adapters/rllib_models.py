"""Models on disk for the tests of the bridge to RLlib."""

from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from coterie.policies.local import small_tokenizer
from coterie.policies.local.saved import VALUE_HEAD


def letters():
    """A tokenizer that knows every byte, so that it can write every answer of every world, in several tokens."""
    marks = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({mark: number for number, mark in enumerate(["<end>", *marks])}, []))
    core.pre_tokenizer, core.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<end>", pad_token="<end>")


def words():
    """A tokenizer whose tokens are the words of the reference game and of lookout."""
    return small_tokenizer(
        [
            "target circle square star ba do fi speaker lookout says was picked nothing act say map parcel destination",
            "courier at blocked north south east west pick drop wait go c0 c1 c2 r0 r1 r2",
        ]
    )


def save(folder, model, tokenizer, value_head=None):
    """Writes a model as ours are written."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if value_head is not None:
        save_file({name: each.detach() for name, each in value_head.state_dict().items()}, folder / VALUE_HEAD)
    return folder
