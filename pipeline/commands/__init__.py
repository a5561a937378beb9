"""What a person types comes in, one function a command; each parses, calls and prints."""
