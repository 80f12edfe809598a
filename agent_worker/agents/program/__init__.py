"""The agent that is a program in any language: it reads its job from standard input and writes events as lines."""
