#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# First and last process of the guest. Its command line says which modules to insert and what to show:
#   mods=NAME,NAME,…  show=WIDTHxHEIGHT,PATTERN,HZ
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for word in $(/bin/busybox cat /proc/cmdline); do
  case $word in
    mods=*) mods=${word#mods=} ;;
    show=*) show=${word#show=} ;;
  esac
done
IFS=,
for name in $mods; do
  # The console would draw into the picture, and its first drawing takes long.
  case $name in drm_kms_helper) option=fbdev_emulation=0 ;; *) option= ;; esac
  /bin/busybox insmod /mods/$name.ko $option || echo "init: cannot insert $name"
done
/bin/busybox mkfifo /keys
/bin/evdev &
/bin/kms $show
echo "init: kms ended with $?"
exec /bin/busybox sleep 1000000
