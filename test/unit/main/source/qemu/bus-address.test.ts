// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { busSockets } from '../../../../../main/source/qemu/bus-address.ts'

describe('the address of a D-Bus bus', () => {
  // biome-ignore format: one row per address
  const rows = [
    ['unix:path=/run/user/1000/bus',                        {}, ['/run/user/1000/bus']],
    ['unix:path=/run/a,guid=0123456789abcdef',              {}, ['/run/a']],
    ['unix:guid=0123,abstract=/tmp/dbus-x',                 {}, ['\0/tmp/dbus-x']],
    ['unix:path=/a%20b%2cc',                                {}, ['/a b,c']],
    ['unix:path=/a:b',                                      {}, ['/a:b']],
    ['tcp:host=x,port=1;unix:path=/b;unix:abstract=c',      {}, ['/b', '\0c']],
    ['unix:runtime=yes',     { XDG_RUNTIME_DIR: '/run/me' },    ['/run/me/bus']],
    ['session',              { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/s', XDG_RUNTIME_DIR: '/run/me' }, ['/s']],
    ['session',              { XDG_RUNTIME_DIR: '/run/me' },    ['/run/me/bus']],
    ['system',               {},                                ['/run/dbus/system_bus_socket']],
    ['system',               { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/other' }, ['/other']],
  ] as const
  it.each(rows)('%j names its sockets', (text, environment, sockets) => {
    expect(busSockets(text, environment)).toEqual({ ok: true, value: sockets })
  })

  // biome-ignore format: one row per address
  const wrong = [
    ['session',                /neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR/],
    ['tcp:host=localhost',     /passes no descriptors on/],
    ['autolaunch:',            /passes no descriptors on/],
    ['/run/user/1000/bus',     /is no D-Bus address/],
    ['unix:',                  /is no D-Bus address/],
    ['unix:path=',             /names no socket/],
    ['unix:tmpdir=/tmp',       /names no socket/],
    ['unix:runtime=yes',       /names no socket/],
    ['unix:path=/a%zz',        /malformed % escape/],
    ['unix:path=/a%00b',       /NUL/],
    ['unix:abstract=a%00b',    /NUL/],
    [';;',                     /names no socket/],
    ['',                       /names no socket/],
  ] as const
  it.each(wrong)('%j is refused', (text, why) => {
    const sockets = busSockets(text, {})
    expect(!sockets.ok && sockets.failure).toMatch(why)
  })
})
