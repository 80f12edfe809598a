"""`python -m broker`: the program itself is `main.main`."""

if __name__ == "__main__":
    from broker.main import main

    main()
