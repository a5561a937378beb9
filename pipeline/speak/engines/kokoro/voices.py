"""A voice's name comes in; its style vectors go out, one a length of text, verified by their hash.

Made by `tools/make_voices.py` from the npm package kokoro-js 1.2.1 (Apache-2.0). The eighth Mandarin voice, zf_xiaoni,
is left out: a recogniser misheard 48 % of its syllables.
"""

import hashlib
import lzma
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineError, UsageError

SHAPE = (510, 256)  # row n is the style for n tokens

VOICES: Mapping[str, Mapping[str, str]] = {
    "zm_yunxi": {"language": "zh-CN", "gender": "male", "style": "lively; the default, misread least"},
    "zf_xiaoyi": {"language": "zh-CN", "gender": "female", "style": "bright; misread as little"},
    "zf_xiaobei": {"language": "zh-CN", "gender": "female", "style": "slow and clear"},
    "zf_xiaoxiao": {"language": "zh-CN", "gender": "female", "style": "warm"},
    "zm_yunjian": {"language": "zh-CN", "gender": "male", "style": "deep, for reports"},
    "zm_yunxia": {"language": "zh-CN", "gender": "male", "style": "young"},
    "zm_yunyang": {"language": "zh-CN", "gender": "male", "style": "newsreader"},
}
DIGESTS: Mapping[str, str] = {
    "zm_yunxi": "617b48f17fecaa4c9a9aa5c179e3836c134a1615d9de336b33f543238efb0c10",
    "zf_xiaoyi": "dc60933f199de6df4cd73c5f647f1b60b8f0388c69fa28a9cdacf8066522417f",
    "zf_xiaobei": "a6e0bd1bc62e31b4b95908fb762634de9d48eb12a6b6896c36940d6473e428d7",
    "zf_xiaoxiao": "5f64f52e17c166a32d1702fff43db110c46b306d1c121e9bd65711c7f5e0d6d5",
    "zm_yunjian": "2072696f9260e155d54593e5ab1ef340a61b06e518a1c1c89ced2ea7761a13a3",
    "zm_yunxia": "4dd0e6fb356ee6cd774749d821a36941d05abcf302322d02a8f954d0d757ff51",
    "zm_yunyang": "dd4807f6bfa98078ad5afb5bad75d40aad5d1704615579ddec0e722d68cffb32",
}


@cache
def style_of(voice: str) -> NDArray[np.float32]:
    """The style vectors of a voice, SHAPE float32. Raises UsageError for a voice that there is not."""
    if voice not in VOICES:
        raise UsageError(f"the kokoro engine has no voice {voice!r}", f"choose one of: {', '.join(VOICES)}")
    content = lzma.decompress((files(__package__) / f"{voice}.xz").read_bytes())
    if hashlib.sha256(content).hexdigest() != DIGESTS[voice]:
        raise EngineError(f"the data of voice {voice} is damaged", "install the package again")
    style = np.frombuffer(content, "<f2").reshape(SHAPE).astype(np.float32)
    style.setflags(write=False)  # it is shared
    return style
