"""`python -m gateway`. Nothing is imported before it is needed."""

if __name__ == "__main__":
    from bus.system.loading import without_collections

    with without_collections():
        from gateway.main import main

    main()
