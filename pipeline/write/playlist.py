"""A book comes in; its playlist, and the package of its publication, go out."""

from collections.abc import Iterator

from pipeline.files import write_whole
from pipeline.write.captions import plain
from pipeline.write.publication import NAME as PUBLICATION
from pipeline.write.publication import publication
from pipeline.write.volume import Volume
from pipeline.write.zipped import write_zip


def write_m3u8(volume: Volume) -> Iterator[str]:
    """The chapter files in order, with titles and lengths: an extended M3U in UTF-8."""
    manifest = volume.manifest
    artist = f"{plain(manifest.creator)} - " if manifest.creator else ""
    lines = ["#EXTM3U", f"#PLAYLIST:{plain(manifest.title)}"]
    for section in manifest.sections:
        seconds = round((section.end - section.start) / 1000)
        lines += [f"#EXTINF:{seconds},{artist}{plain(section.title)}", section.file]
    name = volume.beside_book("m3u8")
    write_whole(volume.home / name, ("\n".join(lines) + "\n").encode())
    yield name


def write_lpf(volume: Volume) -> Iterator[str]:
    """The publication manifest with all it names, in one file: W3C Lightweight Packaging Format (Note of 2020)."""
    manifest = volume.manifest
    named = ["cover.jpg", *(section.file for section in manifest.sections)]
    name = volume.beside_book("lpf")
    inside = [(path, volume.home / path) for path in named]
    write_zip(volume.home / name, [(PUBLICATION, publication(manifest)), *inside])
    yield name
