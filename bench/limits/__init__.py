"""What the machine and the libraries can do at best: the same work without Deadstop. Each module is a program, so that
nothing of the measuring process (threads, a loop, open sockets) is in its way."""
