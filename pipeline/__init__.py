"""A Chinese text comes in; a chaptered, checked and explained audiobook goes out."""

__version__ = "0.1.0"
