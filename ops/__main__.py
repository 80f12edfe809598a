"""`python -m ops` is `deadstop`."""

if __name__ == "__main__":
    from ops.cli import main

    main()
