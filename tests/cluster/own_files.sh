#!/bin/sh
# Runs a command in this folder with temporary files and shared memory of its own; the folder itself stays what it is,
# also where it is a temporary one. In a mount namespace of its own, with a folder /run/netns.
set -e
here=$(pwd -P)
held=/run/netns/.$$
mkdir "$held"
mount --bind "$here" "$held"
mount -t tmpfs none /tmp
mount -t tmpfs none /dev/shm
mkdir -p "$here"
mount --bind "$held" "$here"
umount "$held"
rmdir "$held"
cd "$here"
exec "$@"
