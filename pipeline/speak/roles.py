"""A chunk of a book with several voices and its section's recipe come in; how its own part is spoken goes out."""

from dataclasses import replace

from pipeline.model import Chunk, Recipe, SpokenChunk


def own_voice(chunk: Chunk | SpokenChunk) -> str:
    """The voice of the chunk's part, "" where it is the section's."""
    return chunk.role.voice if chunk.role else ""


def recipe_for_chunk(chunk: Chunk | SpokenChunk, recipe: Recipe) -> Recipe:
    """The section's recipe with the voice of the chunk's part in it."""
    return replace(recipe, voice=own_voice(chunk) or recipe.voice)
