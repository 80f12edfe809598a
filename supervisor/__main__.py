"""`python -m supervisor`: kept free of imports, because every process that multiprocessing starts reads it again."""

if __name__ == "__main__":
    from supervisor.service import main

    main()
