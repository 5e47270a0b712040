// SPDX-License-Identifier: GPL-2.0-or-later

/** Event that shows or hides the toolbar; it belongs to the toolbar alone. */
export const toolbarToggle = 'scanout:toolbar'
