"""The contract between Deadstop's programs: vocabulary, codec, sockets, log reader, client."""
