"""The npm package kokoro-js@1.2.1 comes in; the seven Mandarin voices of Kokoro-82M go out, as the package keeps them.

    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    python tools/make_voices.py package/voices pipeline/speak/engines/kokoro

Each voice is float32 [510, 1, 256] there; here float16 [510, 256], compressed with xz (relative error 3e-4, the same
durations). Voices and weights are Apache-2.0 (hexgrad/Kokoro-82M). Prints the SHA-256 of each file it writes, and
fails when one differs from the list the engine trusts.
"""

import hashlib
import lzma
import sys
from pathlib import Path

import numpy as np

from pipeline.speak.engines.kokoro.voices import DIGESTS, SHAPE


def main() -> None:
    """Write the voices and hold them against the trusted list."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    wrong = [name for name in DIGESTS if pack(source / f"{name}.bin", target / f"{name}.xz") != DIGESTS[name]]
    if wrong:
        sys.exit(f"these differ from the trusted list: {', '.join(wrong)}")


def pack(source: Path, target: Path) -> str:
    """Write one voice; give the SHA-256 of its uncompressed float16 bytes."""
    style = np.frombuffer(source.read_bytes(), "<f4").reshape(SHAPE).astype("<f2").tobytes()
    target.write_bytes(lzma.compress(style, preset=9 | lzma.PRESET_EXTREME))
    digest = hashlib.sha256(style).hexdigest()
    print(f"{source.stem}\t{digest}")
    return digest


if __name__ == "__main__":
    main()
