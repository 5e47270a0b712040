// SPDX-License-Identifier: GPL-2.0-or-later

/** The host cannot run the lab; the message says what is missing and what to do. No failure of the product. */
export class Skip extends Error {}
