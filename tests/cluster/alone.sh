#!/bin/sh
# Runs a command in this folder with processes, mounts and a network of its own: whatever it starts ends with it, and
# whatever it mounts, writes to /tmp or makes of the network is gone then. No name is looked up elsewhere: that would be
# waited for. Needs root.
exec unshare --mount --net --uts --pid --fork --kill-child --mount-proc sh -c '
  mkdir -p /run/netns && mount -t tmpfs none /run/netns && hostname localhost && ip link set lo up &&
  : > /run/netns/.none && mount --bind /run/netns/.none /etc/resolv.conf && tests/cluster/own_files.sh "$@"
  exit $?' alone "$@"
