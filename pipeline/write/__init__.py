"""Chapters come in; a book's folder goes out: one file a writer, every file whole, every file in the manifest."""
