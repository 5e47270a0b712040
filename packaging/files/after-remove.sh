#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Takes back what after-install.sh did. An upgrade removes nothing: dpkg says "upgrade", rpm says 1.
set -e
case $1 in
  upgrade | failed-upgrade | abort-install | abort-upgrade | disappear | 1) exit 0 ;;
esac
profile=/etc/apparmor.d/scanout
if [ -e "$profile" ]; then
  if [ -d /sys/kernel/security/apparmor ] && command -v apparmor_parser >/dev/null 2>&1; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi
exit 0
