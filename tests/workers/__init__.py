"""The zoo: agents that misbehave, one vice each, in folders by kind of vice. Every module without a leading underscore
is an animal, and any supervisor can be told to offer them by the names of the modules, see `tests.harness.zoo`.

Nothing more stands here: each worker of an animal loads it anew.
"""
