#!/bin/sh
# Runs a command in this folder with temporary files and shared memory of its own; the folder itself stays what it is,
# also where it is a temporary one. In a mount namespace of its own, with a folder /run/netns.
set -e
here=$(pwd -P)
mkdir -p /run/netns/.here
mount --bind "$here" /run/netns/.here
mount -t tmpfs none /tmp
mount -t tmpfs none /dev/shm
mkdir -p "$here"
mount --bind /run/netns/.here "$here"
umount /run/netns/.here
cd "$here"
exec "$@"
