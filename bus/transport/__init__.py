"""How bytes travel: sockets, MessagePack, and each event once and in order."""
