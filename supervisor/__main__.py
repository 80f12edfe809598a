"""`python -m supervisor`: the program itself is `service.main`."""

if __name__ == "__main__":
    from supervisor.service import main

    main()
