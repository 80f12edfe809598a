"""`python -m supervisor`: the program itself is `main.main`."""

if __name__ == "__main__":
    from bus.system.loading import without_collections

    with without_collections():
        from supervisor.main import main

    main()
