"""`python -m supervisor`: the program itself is `main.main`."""

if __name__ == "__main__":
    from bus.system.interpreter import loading

    with loading():
        from supervisor.main import main

    main()
