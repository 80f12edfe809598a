"""One process that owns every job: admits, starts, numbers, logs, publishes, and stops for certain.

Not supervisord's package of the same name: Deadstop is an application with an environment of its own.
"""
