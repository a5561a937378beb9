"""`python -m pipeline` is `audiobook`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
