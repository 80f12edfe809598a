"""The outside wire's types: frames of clients, frames and responses of the server, errors."""
