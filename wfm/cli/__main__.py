"""``python -m wfm.cli`` is the command line too."""

from wfm.cli.app import main

if __name__ == "__main__":
    main()
