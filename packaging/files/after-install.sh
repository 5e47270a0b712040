#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a package cannot do by holding files. Menus, MIME types and icons are the triggers' work.
set -e
app=/opt/Scanout

# Chromium's sandbox wants user namespaces; a kernel that refuses them to everybody gets the helper
# with its set-user-id bit instead.
mode=0755
if [ ! -e /proc/self/ns/user ] ||
  [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ] ||
  [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
  mode=4755
fi
chmod "$mode" "$app/chrome-sandbox" || true

# AppArmor of Ubuntu 23.10 and newer refuses user namespaces to programs without a profile. An older
# one does not know the word and does not need it.
profile=/etc/apparmor.d/scanout
if command -v apparmor_parser >/dev/null 2>&1 &&
  apparmor_parser --skip-kernel-load --skip-cache "$app/resources/apparmor-profile" >/dev/null 2>&1; then
  cp "$app/resources/apparmor-profile" "$profile" && chmod 0644 "$profile" || true
  if [ -d /sys/kernel/security/apparmor ]; then
    apparmor_parser --replace --write-cache "$profile" || true
  fi
fi
exit 0
