#!/bin/sh
# Runs a command in this folder with processes, mounts and a network of its own: whatever it starts ends with it, and
# whatever it mounts, writes to /tmp or makes of the network is gone then. No name is looked up elsewhere: that would be
# waited for. Needs root.
exec unshare --mount --net --uts --pid --fork --kill-child --mount-proc sh -c '
  here=$(pwd -P) && mkdir -p /run/netns && mount -t tmpfs none /run/netns &&
  mkdir /run/netns/.here && mount --bind "$here" /run/netns/.here &&
  mount -t tmpfs none /tmp && mount -t tmpfs none /dev/shm &&
  mkdir -p "$here" && mount --bind /run/netns/.here "$here" && cd "$here" && umount /run/netns/.here &&
  rmdir /run/netns/.here &&
  hostname localhost && : > /tmp/none && mount --bind /tmp/none /etc/resolv.conf && ip link set lo up && "$@"
  exit $?' alone "$@"
