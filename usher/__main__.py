"""`python -m usher`: the command line."""

from usher.cli import main

if __name__ == "__main__":
    main()
