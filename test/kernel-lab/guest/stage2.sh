#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# First process of the guest once the host's root is mounted: $1 is the folder of this run.
LAB=$1
b="$LAB/busybox"
. "$LAB/settings.sh"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
$b mkdir -p /dev/pts /dev/shm
$b mount -t devpts devpts /dev/pts
$b mount -t tmpfs tmpfs /dev/shm
# The tree is kept at /mnt/tree too, on a tmpfs that every root has a place for by the FHS: an ordinary
# user can come by there, whatever the folders above the tree forbid. /tmp and /run must be writable;
# where the tree lies under one of them it comes back from there.
$b mount -t tmpfs tmpfs /mnt
$b chmod 0755 /mnt
$b cp "$b" /mnt/busybox
b=/mnt/busybox
$b mkdir -p /mnt/tree
$b mount --bind "$LAB_ROOT" /mnt/tree
for place in /tmp /run; do
  $b mount -t tmpfs tmpfs $place
  case "$LAB_ROOT/" in
  $place/*)
    $b mkdir -p "$LAB_ROOT"
    $b mount --bind /mnt/tree "$LAB_ROOT"
    ;;
  esac
done
$b mkdir -p /run/out /tmp/home
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none out /run/out
$b ip link set lo up
$b hostname kernel-lab
export HOME=/tmp/home XDG_RUNTIME_DIR=/run TMPDIR=/tmp LANG=C.UTF-8
export SCANOUT_SHIM="$LAB_PRODUCT/native/scanout_shim.node"
# Code that one process compiled, the next one has: under TCG a quarter of a start.
export NODE_COMPILE_CACHE=/tmp/node-compile-cache
export LAB_TREE=/mnt/tree LAB_ROOT LAB_PRODUCT LAB_NODE LAB_CHECK LAB_MODULES LAB_SAMPLES LAB_OUT=/run/out
export LAB_GPU_MODULES LAB_MESA

cd "$LAB_ROOT"
{
  for m in $LAB_MODULES; do
    $b insmod "$m" || echo "lab: cannot insert $m"
  done
  eval "\"\$LAB_NODE\" $LAB_SUITE"
  echo $? >/run/rc
} 2>&1 | $b tee /run/out/log >/dev/console

$b dmesg >/run/out/dmesg
$b cp /run/rc /run/out/rc
$b sync
rc=$($b cat /run/rc)
printf "\\$($b printf %03o "$rc")" | $b dd of=/dev/port bs=1 seek=244 count=1 conv=notrunc 2>/dev/null
$b poweroff -f
