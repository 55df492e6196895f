#!/bin/sh
# An image of one program without any libraries, which is a shell too: a service can run where no registry is.
set -eu
root=$(mktemp -d)
mkdir "$root/bin"
cp /bin/busybox "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
image=$(tar -C "$root" -c bin | docker import - probe:1)
rm -r "$root"
test -n "$image"
