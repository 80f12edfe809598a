"""`python -m gateway`. Nothing is imported before it is needed."""

if __name__ == "__main__":
    from bus.system.interpreter import loading

    with loading():
        from gateway.main import main

    main()
