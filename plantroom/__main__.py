"""``python -m plantroom``."""

import sys


def main() -> None:
    """Run the command line; of ``run``, only what its parts need is imported."""
    if sys.argv[1:2] == ["run"]:
        # All commands together take two seconds and 180 MB to import: too much for a box at the
        # edge, which has neither pandas nor a web server, and for a process that is started again.
        from plantroom.commands.run import alone  # noqa: PLC0415

        alone()
        return
    from plantroom.main import app  # noqa: PLC0415

    app()


if __name__ == "__main__":
    main()
