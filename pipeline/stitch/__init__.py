"""Clips come in; chapters go out: one timeline counted in samples, one loudness, each chapter encoded once."""
