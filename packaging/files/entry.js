// SPDX-License-Identifier: GPL-2.0-or-later
// The fuse onlyLoadAppFromAsar wants an archive; the program is the folder that Node runs, too.
import '../program/out/main/electron.js'
